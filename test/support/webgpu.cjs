// The package `webgpu` without its ES module around it: the addon for this platform.
const { dirname, join } = require('node:path');

const root = dirname(require.resolve('../../node_modules/webgpu/package.json'));
const platform = `${process.platform}-${process.platform === 'darwin' ? 'universal' : process.arch}`;
module.exports = require(join(root, 'dist', platform, 'dawn.node'));
