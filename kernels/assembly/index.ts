// The one AssemblyScript module: every kernel's assembly.ts. It has no memory, no heap and no static data of its own: it
// works at the addresses it is given, in the memory it is given.
export * from '../block-product/assembly';
export { choleskySolve32, choleskySolve64 } from '../cholesky-solve/assembly';
export * from '../combine/assembly';
export * from '../difference-norms/assembly';
export * from '../expand-rows/assembly';
export * from '../gather-blocks/assembly';
export * from '../matrix-product/assembly';
export * from '../row-normal-solve/assembly';
export * from '../sampled-product/assembly';
export * from '../sparse-product/assembly';
export { tangentSolve32, tangentSolve64 } from '../tangent-solve/assembly';
