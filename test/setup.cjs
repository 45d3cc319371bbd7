// Keeps TensorFlow.js from advertising its native addon in the tests' output, as the command line does. Not by IS_TEST:
// what an op saves for its gradient counts as a leak then where clones are copies. Tests count tensors themselves.
const tf = require('@tensorflow/tfjs');

tf.env().set('PROD', true);
