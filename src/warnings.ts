/** What a person should know of the data, beside the result. */
import { emptyColumns, emptyRows } from './data/observations.js';
import type { Observations } from './data/observations.js';

/** One sentence for rows and one for columns that have no observation. */
export function emptyWarnings(observations: Observations): string[] {
  return [
    ...emptyWarning('row', new Set(emptyRows(observations))),
    ...emptyWarning('column', new Set(emptyColumns(observations))),
  ];
}

const shownAtMost = 5;

function emptyWarning(name: string, empty: ReadonlySet<number>): string[] {
  if (empty.size === 0) return [];
  const shown = [...empty].slice(0, shownAtMost).join(', ');
  const more = empty.size > shownAtMost ? ` and ${empty.size - shownAtMost} more` : '';
  return [`no observation in ${name} ${shown}${more}; predicted from offsets alone`];
}
