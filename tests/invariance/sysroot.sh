#!/bin/bash
# sysroot.sh ARCHITECTURE FOLDER: the libraries that kernels/, verify/ and their tests need, for another of Debian's
# architectures (arm64). They are unpacked into FOLDER; nothing is installed, and apt's own lists stay as they are.
set -euo pipefail
[ $# = 2 ] || { sed -n '2,3s/^# \{0,1\}//p' "$0"; exit 2; }
architecture=$1 folder=$2
command -v apt-get >/dev/null || { echo "there is no apt-get to fetch libraries for $architecture with"; exit 1; }
rm -rf "$folder"
mkdir -p "$folder/apt/lists/partial" "$folder/apt/cache/archives/partial" "$folder/debs"
folder=$(cd "$folder" && pwd)
options=(-q -o "Dir::State::Lists=$folder/apt/lists" -o "Dir::Cache=$folder/apt/cache" -o APT::Sandbox::User=root
	-o "APT::Architectures=$architecture" -o Acquire::Languages=none -o Acquire::Retries=3)
# A list that could not be had may not be the one that is needed: the downloads say.
apt-get "${options[@]}" update >"$folder/log" 2>&1 || true
cd "$folder/debs"
for name in libssl-dev libssl3 libjansson-dev libjansson4 libcmocka-dev libcmocka0; do
	apt-get "${options[@]}" download "$name:$architecture" >>"$folder/log" 2>&1 || { tail -n 3 "$folder/log"; exit 1; }
	dpkg -x "$name"_*.deb "$folder"
done
rm -rf "$folder/apt" "$folder/debs"
touch "$folder/complete"
