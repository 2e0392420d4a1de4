# Which Debian packages Akashi is built and tested with, and how they get onto a machine.
# Sourced by docs/quickstart.sh and tests/run.sh; on other systems read the names.

# To build the command and the library. git is also what a training repository is made with.
BUILD_PACKAGES="gcc libc6-dev cmake ninja-build pkg-config libssl-dev libjansson-dev libsqlite3-dev libzstd-dev zlib1g-dev libisal-dev libgit2-dev libcurl4-openssl-dev libmicrohttpd-dev libp11-kit-dev git"

# To run the tests: unit tests, a C++ program against the library, openssl and Go as independent judges, strace to fail system calls,
# a PKCS#11 token in software, Graphviz to lay out drawings, numpy for the second implementation of the arithmetic.
TEST_PACKAGES="libcmocka-dev g++ binutils perl openssl strace softhsm2 xz-utils golang-go golang-golang-x-mod-dev python3 python3-numpy graphviz"

# To run the judges from PyPI in a virtual environment of their own.
JUDGE_PACKAGES="python3-venv ca-certificates"

# To hold other builds of the arithmetic against the golden digests, to fuzz, and to start a real Slurm; without them
# those tests are skipped, and say so. lld only links faster, ccache only saves compiling twice.
INVARIANCE_PACKAGES="clang libclang-rt-14-dev gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user slurmctld slurmd slurm-client lld ccache"

# What tests/run.sh --long looks with.
LONG_PACKAGES="clang clang-format-14 clang-tidy-14 cppcheck valgrind"

# packages_missing NAME...: those that are not installed
packages_missing() {
	local name
	for name in "$@"; do
		dpkg-query -W -f '${db:Status-Status}\n' "$name" 2>/dev/null | grep -qx installed || echo "$name"
	done
}

# packages_need NAME...: install what is missing, as root or through sudo; otherwise say how, and fail
packages_need() {
	local missing as_root=""
	if ! command -v dpkg-query >/dev/null; then
		echo "This is not Debian or Ubuntu: no package is installed. On Debian 12 they are called: $*"
		return 0
	fi
	missing=$(packages_missing "$@" | tr '\n' ' ')
	[ -n "$missing" ] || return 0
	if [ "$(id -u)" != 0 ]; then
		if ! command -v sudo >/dev/null || ! sudo -n true 2>/dev/null && [ ! -t 0 ]; then
			echo "These packages are missing, and there is neither root nor sudo to install them:"
			echo "    apt-get install --no-install-recommends $missing"
			return 1
		fi
		as_root=sudo
	fi
	echo "Installing: $missing"
	$as_root apt-get update -q -o Acquire::Retries=3 >/dev/null &&
		$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y -o Acquire::Retries=3 \
			--no-install-recommends $missing >/dev/null
}
