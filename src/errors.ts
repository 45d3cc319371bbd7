/** The errors a caller can meet. They live beside the kernels, which import nothing of this folder. */
export { BackendError, InputError } from '../kernels/errors.js';
