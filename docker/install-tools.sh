#!/usr/bin/env bash
# What building needs beside Node, on Debian and its kin: a C++ compiler, and pip, which fetches and checks libtensorflow.
set -euo pipefail

export DEBIAN_FRONTEND=noninteractive
apt-get update
apt-get install --yes --no-install-recommends g++ ca-certificates python3 python3-pip
rm -rf /var/lib/apt/lists/*
