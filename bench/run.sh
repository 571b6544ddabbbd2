#!/bin/sh
# Builds Release and runs a suite: bench/run.sh kernels|learning|streaming|sequence|sampling [--blocks N]
cd "$(dirname "$0")/.." || exit 1
log=$(dotnet build -c Release --nologo bench/Pallium.Benchmarks) || { echo "$log"; exit 1; }
exec dotnet bench/Pallium.Benchmarks/bin/Release/net10.0/Pallium.Benchmarks.dll "$@"
