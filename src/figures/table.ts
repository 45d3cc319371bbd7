/** The figures by name. Adding one is a file and a line here. */
import { basinsFigure } from './basins.js';
import { completionFigure } from './completion.js';
import type { Figure } from './figure.js';
import { functionsFigure } from './functions.js';
import { regressionFigure } from './regression.js';
import { samplesFigure } from './samples.js';
import { speedFigure } from './speed.js';
import { transitionFigure } from './transition.js';

export const figures: readonly Figure[] = [
  functionsFigure,
  regressionFigure,
  completionFigure,
  samplesFigure,
  basinsFigure,
  transitionFigure,
  speedFigure,
];
