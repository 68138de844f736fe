import { averaged } from '../averaged.ts';

export const metric = averaged('f1', 'macro');
