/** From a specification to SVG and PNG, and the charts that several figures share. */
import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { writeText, writeAtomically } from '../data/formats/atomic.js';
import { draw } from '../report/plots.js';
import type { Figure, Row } from './figure.js';

/** Pixels of the PNG for each of the SVG. */
const sharpness = 2;

/** Writes `NAME.svg`, `NAME.png` and `NAME.csv` into a folder that exists. @returns Their paths. */
export async function writeFigure(figure: Figure, rows: readonly Row[], stem: string): Promise<string[]> {
  const svg = await draw(figure.specify(rows));
  const png = await rasterise(svg);
  const paths = [`${stem}.svg`, `${stem}.png`, `${stem}.csv`] as const;
  await writeText(paths[0], svg);
  await writeAtomically(paths[1], async (handle) => {
    await handle.writeFile(png);
  });
  await writeText(paths[2], csvOf(rows));
  return [...paths];
}

async function rasterise(svg: string): Promise<Uint8Array> {
  // A native package: loaded when a picture is wanted, not with the library.
  const { Resvg } = await import('@resvg/resvg-js');
  const file = fontFile();
  const defaultFontFamily = 'DejaVu Sans';
  // The same letters on every machine; without the package of fonts, those that the system has.
  const font =
    file === undefined ? { defaultFontFamily } : { fontFiles: [file], loadSystemFonts: false, defaultFontFamily };
  return new Resvg(svg, { fitTo: { mode: 'zoom', value: sharpness }, font }).render().asPng();
}

/** Seen from the script that runs, since this file is built both as a module and as CommonJS. */
function fontFile(): string | undefined {
  try {
    const script = realpathSync(process.argv[1] ?? '.');
    return createRequire(script).resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf');
  } catch {
    return undefined;
  }
}

/** Rows under the names of their columns. */
export function csvOf(rows: readonly Row[]): string {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cell = (value: number | string | undefined): string => {
    const text = value === undefined ? '' : `${value}`;
    return /[",\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [names, ...rows.map((row) => names.map((name) => row[name]))]
    .map((row) => `${row.map(cell).join()}\n`)
    .join('');
}
