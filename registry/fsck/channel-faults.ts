import { channelProblems } from '../channel-rules.ts';
import { Channels, parseChannels } from '../channels.ts';
import { transitionOf } from '../transition.ts';
import { type Fault, fault, faultsOf, type Place } from './fault.ts';
import type { ModelState } from './model-state.ts';

/**
 * Holds the channels of a model against its versions, and against the last legal state.
 * @param step The day of the change, by which overrides expire; null where the state is given and how it came about is not.
 */
export function channelFaults(state: ModelState, place: Place, step: { today: string } | null): Fault[] {
  let channels: Channels;
  let line: (entry: readonly (string | number)[]) => number | null = () => null;
  if (state.channels === null) {
    channels = Channels.parse({});
  } else {
    try {
      ({ value: channels, line } = parseChannels(state.channels, place.path));
    } catch (error) {
      return faultsOf(place, error);
    }
  }
  const { registered, legal } = state;
  const problems = step === null ? [] : transitionOf(legal, channels, { registered, today: step.today }).problems;
  const illegal = step === null || problems.length > 0 ? channelProblems(channels, registered) : [];
  if (illegal.length > 0) {
    return illegal.map(({ entry, message, fix }) => fault(place, line(entry), `${message}.`, fix));
  }
  state.legal = channels;
  return problems.map((sentence) =>
    fault(
      place,
      null,
      sentence,
      'Take the edit back, and make the move with tiltyard promote, rollback or quarantine.',
    ),
  );
}
