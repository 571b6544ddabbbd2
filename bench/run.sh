#!/bin/sh
# Builds Release and runs a suite: bench/run.sh kernels|learning|streaming [--blocks N]
set -e
cd "$(dirname "$0")/.."
dotnet build -c Release -v quiet --nologo bench/Pallium.Benchmarks
exec dotnet bench/Pallium.Benchmarks/bin/Release/net10.0/Pallium.Benchmarks.dll "$@"
