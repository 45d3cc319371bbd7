#!/usr/bin/env bash
# Gets a Vulkan driver that runs on the CPU, so that the tests of WebGPU run without a GPU: SwiftShader, as Debian's
# chromium ships it. Where that is not possible, says why and succeeds: those tests are then skipped.
set -uo pipefail
driver=/usr/lib/chromium/vk_swiftshader_icd.json

skip() {
  echo "WebGPU is not tested: $1"
  exit 0
}

[ -e "$driver" ] && exit 0
[ -e /dev/nvidia0 ] || [ -e /dev/dri/renderD128 ] && exit 0
command -v apt-get >/dev/null || skip 'no apt-get here to install SwiftShader with'
[ "$(id -u)" = 0 ] || skip 'installing SwiftShader takes root'
export DEBIAN_FRONTEND=noninteractive
{ apt-get update && apt-get install -y --no-install-recommends chromium libvulkan1; } >/dev/null 2>&1 ||
  skip 'apt-get could not install chromium and libvulkan1'
[ -e "$driver" ] || skip "this chromium ships no $driver"
