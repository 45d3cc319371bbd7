// Keeps TensorFlow.js from advertising its native addon in the tests' output.
const tf = require('@tensorflow/tfjs');

tf.env().set('IS_TEST', true);
