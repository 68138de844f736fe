import type { z } from 'zod';
import type { World } from './world.ts';

/** A verb: its inputs as a zod object (the options of the command line and the inputs of the action), and what it does. */
export interface Verb<I extends z.ZodObject = z.ZodObject> {
  description: string;
  inputs: I;
  /** Inputs that the command line takes by position, without a name: `tiltyard diff 1.3.0 1.4.0`. */
  positional?: readonly string[];
  /** @returns the exit status. */
  run(inputs: z.output<I>, world: World): Promise<number>;
}
