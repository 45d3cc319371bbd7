// Makes TensorFlow.js check every kernel for leaks, and keeps it from advertising its native addon in the tests' output.
const tf = require('@tensorflow/tfjs');

tf.env().set('IS_TEST', true);
