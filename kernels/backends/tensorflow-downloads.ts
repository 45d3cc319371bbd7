/** What a build of libtensorflow is made from: exact files, so that what is fetched is known before and checked after. */
import { tensorflowVersion } from './tensorflow-place.js';
import type { TensorflowDevice } from './tensorflow-place.js';

export interface Download {
  readonly name: string;
  readonly version: string;
  /** In megabytes of 10⁶ bytes. */
  readonly megabytes: number;
}

/** A wheel of the Python package index. */
export interface Wheel extends Download {
  readonly sha256: string;
}

/** A package of the npm registry. */
export interface NpmPackage extends Download {
  /** As a lock file has it. */
  readonly integrity: string;
}

const wheel = (name: string, version: string, megabytes: number, sha256: string): Wheel => ({
  ...{ name, version, megabytes, sha256 },
});

/** By device; for Linux on x64. The CUDA libraries are those that the wheel of tensorflow names for itself. */
export const wheels: Readonly<Record<TensorflowDevice, readonly Wheel[]>> = {
  cpu: [
    wheel(
      'tensorflow-cpu',
      tensorflowVersion,
      230.2,
      '810c75d7149d2da0cb2092187817b0dcabb80728ca9f9cf3a61f3f42fadd1298',
    ),
  ],
  gpu: [
    wheel('tensorflow', tensorflowVersion, 615.5, 'c9f87e5d2a680a4595f5dc30daf6bbaec9d4129b46d7ef1b2af63c46ac7d2828'),
    wheel('nvidia-cublas-cu12', '12.5.3.2', 363.3, 'ca070ad70e9fa6654084575d01bd001f30cc4665e33d4bb9fc8e0f321caa034b'),
    wheel(
      'nvidia-cuda-cupti-cu12',
      '12.5.82',
      13.8,
      'bde77a5feb66752ec61db2adfe47f56b941842825b4c7e2068aff27c9d107953',
    ),
    wheel('nvidia-cuda-nvcc-cu12', '12.5.82', 22.5, 'b03e545b8e8c3ce7ebcd7fc44063180ff52ff01d064ece2127ed90a04ef12cd0'),
    wheel(
      'nvidia-cuda-nvrtc-cu12',
      '12.5.82',
      24.9,
      '3dbd97b0104b4bfbc3c4f8c79cd2496307c89c43c29a9f83125f1d76296ff3fd',
    ),
    wheel(
      'nvidia-cuda-runtime-cu12',
      '12.5.82',
      0.9,
      '3e79a060e126df40fd3a068f3f787eb000fa51b251ec6cd97d09579632687115',
    ),
    wheel('nvidia-cudnn-cu12', '9.3.0.75', 577.2, '9ad9c6929ebb5295eb4a1728024666d1c88283373e265a0c5c883e6f9d5cd76d'),
    wheel('nvidia-cufft-cu12', '11.2.3.61', 192.5, '9a6e8df162585750f61983a638104a48c756aa13f9f48e19ab079b38e3c828b8'),
    wheel('nvidia-curand-cu12', '10.3.6.82', 56.3, '2823fb27de4e44dbb22394a6adf53aa6e1b013aca0f8c22867d1cfae58405536'),
    wheel(
      'nvidia-cusolver-cu12',
      '11.6.3.83',
      130.3,
      '93cfafacde4428b71778eeb092ec615a02a3d05404da1bcf91c53e3fa1bce42b',
    ),
    wheel(
      'nvidia-cusparse-cu12',
      '12.5.1.3',
      217.6,
      '016df8e993c437e8301e62739f01775cba988fd5253cd4c64173f8e8d2f8e752',
    ),
    wheel('nvidia-nccl-cu12', '2.21.5', 188.7, '8579076d30a8c24988834445f8d633c697d42397e92ffc3f63fa26766d25e0a0'),
    wheel('nvidia-nvjitlink-cu12', '12.5.82', 21.3, 'f9b37bc5c8cf7509665cb6ada5aaa0ce65618f2332b7d3e78e9790511f111212'),
  ],
};

/** tfjs-node's addon and JavaScript, what the latter needs, and the headers of Node-API. */
export const npmPackages: Readonly<Record<'addon' | 'protobuf' | 'headers', NpmPackage>> = {
  addon: {
    name: '@tensorflow/tfjs-node-gpu',
    version: '4.22.0',
    megabytes: 0.2,
    integrity: 'sha512-p//NN6DGiN4hInUmIkRffaFVMcdTREUMjPyjW04J7OXvB2zBlQimj61eFKSgRrH3f5TnOfKzb0n56he/B6a4bw==',
  },
  protobuf: {
    name: 'google-protobuf',
    version: '3.21.4',
    megabytes: 0.1,
    integrity: 'sha512-MnG7N936zcKTco4Jd2PX2U96Kf9PxygAPKBug+74LHzmHXmceN16MmRcdgZv+DGef/S9YvQAfRsNCn4cjf9yyQ==',
  },
  headers: {
    name: 'node-api-headers',
    version: '1.9.0',
    megabytes: 0.1,
    integrity: 'sha512-2oNILP4jXwRB4ywnYKjVk1YyJ96n2D4EOVJO6S3oYZ5PtbJrw3Yt9TpAuX3nBLMuzn74rnfGQrv13pS9vC+YiA==',
  },
};

/**
 * CUDA libraries that the addon is linked to, though it calls none: libtensorflow looks them up by name when it starts, and
 * finds those that are loaded already without LD_LIBRARY_PATH. By folder of the nvidia wheels.
 */
export const cudaLibraries: Readonly<Record<string, readonly string[]>> = {
  cuda_runtime: ['libcudart.so.12'],
  nvjitlink: ['libnvJitLink.so.12'],
  cublas: ['libcublasLt.so.12', 'libcublas.so.12'],
  cusparse: ['libcusparse.so.12'],
  cusolver: ['libcusolver.so.11'],
  cufft: ['libcufft.so.11'],
  curand: ['libcurand.so.10'],
  cuda_nvrtc: ['libnvrtc.so.12'],
  cudnn: ['libcudnn.so.9'],
  nccl: ['libnccl.so.2'],
  cuda_cupti: ['libcupti.so.12'],
};

/** All downloads for a device, largest parts first as they are fetched. */
export function downloadsFor(device: TensorflowDevice): readonly Download[] {
  return [...wheels[device], ...Object.values(npmPackages)];
}
