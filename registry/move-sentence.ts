import { quoted } from './judge/context.ts';
import type { Move } from './moves.ts';

/** A move by its name, as the subject of a sentence: `1.5.0 → canary 5 %`. */
export function sayMove(move: Move): string {
  switch (move.kind) {
    case 'canary':
      return `${move.version} → canary ${move.traffic} %`;
    case 'withdraw':
      return 'canary → registered';
    case 'promote':
      return `${move.version} → champion${leaving(move.quarantine)}`;
    case 'rollback':
      return `rollback to ${move.to}${leaving(move.quarantine)}`;
    case 'quarantine':
      return `${move.version} → quarantined (${quoted(move.reason)})`;
    case 'override':
      return `${move.version} → registered until ${move.expires} (${quoted(move.reason)})`;
  }
}

const leaving = (reason: string | null) => (reason === null ? '' : `, champion → quarantined (${quoted(reason)})`);
