import { averaged } from '../averaged.ts';

export const metric = averaged('precision', 'weighted');
