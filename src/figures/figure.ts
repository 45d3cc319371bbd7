/** What a figure is: numbers that are measured, then drawn. A file a figure; `table.ts` lists them. */

/** A line of the figure's CSV. */
export type Row = Readonly<Record<string, number | string>>;

export interface FigureSettings {
  /** Random draws a point; the figure's own unless given. */
  readonly draws?: number;
  /** What the horizontal axis runs over; the figure's own unless given. */
  readonly sizes?: readonly number[];
  /** Smaller problems and fewer draws: the same picture, coarser. */
  readonly quick?: boolean;
  /** The only backend to be timed; all that work unless given. */
  readonly backend?: string;
  /** After every point: how many of how many are done, and what is next. */
  readonly onPoint?: (done: number, all: number, label: string) => void;
  /** Ends the measurement with an error once it is aborted. */
  readonly signal?: AbortSignal;
}

export interface Figure {
  readonly name: string;
  /** One line: what it shows. */
  readonly describe: string;
  /** What `sizes` are, in words; absent where the figure has none. */
  readonly sizes?: string;
  /** False where nothing is drawn at random. */
  readonly isRandom: boolean;
  /** The numbers, every draw of them. Nothing is left on the device. */
  measure(settings: FigureSettings): Promise<readonly Row[]>;
  /** A Vega-Lite specification of these numbers. */
  specify(rows: readonly Row[]): object;
}

/** Thrown by a measurement that was told to stop. */
export class FigureInterrupted extends Error {
  override readonly name = 'FigureInterrupted';
}

/** Measures one point after another and tells of each. @throws FigureInterrupted */
export async function measurePoints<Point>(
  points: readonly Point[],
  settings: FigureSettings,
  label: (point: Point) => string,
  measure: (point: Point) => Promise<readonly Row[]> | readonly Row[],
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [done, point] of points.entries()) {
    if (settings.signal?.aborted === true) throw new FigureInterrupted('the figure was interrupted');
    settings.onPoint?.(done, points.length, label(point));
    rows.push(...(await measure(point)));
  }
  settings.onPoint?.(points.length, points.length, 'done');
  return rows;
}

/** The middle value of each group, in the order of first appearance. */
export function medians(rows: readonly Row[], keys: readonly string[], value: string): Row[] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = keys.map((name) => row[name]).join('|');
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].map((group) => {
    const sorted = group.map((row) => Number(row[value])).sort((a, b) => a - b);
    const [low = NaN, high = NaN] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
    // Errors span many powers of ten: their middle is the geometric one.
    const middle = low === high ? low : low > 0 ? Math.sqrt(low) * Math.sqrt(high) : (low + high) / 2;
    return { ...group[0], [value]: middle };
  });
}
