#!/usr/bin/env python3
"""Prints the instance types that the program ships (outbound/prices/shipped.snapshot of clusters).

usage: tools/shipped_prices.py > src/apps/clusters/outbound/prices/shipped.snapshot

Within a family of EC2 memory and price grow with the vCPUs, so a line a family says it all. These
are notes of our own: sizes as AWS documents them, on-demand list prices of us-east-1, Linux, for a
first estimate. Whoever needs those of a region, of today, imports its offer file.
"""

VERSION = "mainstay-2026-11"
TAKEN = 1793491200000000  # 2026-11-01T00:00:00Z, in microseconds

# Sizes, and how many vCPUs each has.
SMALL = "large:2 xlarge:4 2xlarge:8 4xlarge:16"
TO_24 = SMALL + " 8xlarge:32 12xlarge:48 16xlarge:64 24xlarge:96"
TO_24_METAL = TO_24 + " metal:96"
TO_32 = TO_24 + " 32xlarge:128"
TO_48 = TO_24 + " 48xlarge:192"
ARM = "medium:1 " + SMALL + " 8xlarge:32 12xlarge:48 16xlarge:64"
ARM_METAL = ARM + " metal:64"
ARM_48 = ARM + " 24xlarge:96 48xlarge:192"
BURST = "large:2 xlarge:4 2xlarge:8"
C5 = SMALL + " 9xlarge:36 12xlarge:48 18xlarge:72 24xlarge:96"
C5N = SMALL + " 9xlarge:36 18xlarge:72"
FLEX = SMALL + " 8xlarge:32"

GENERAL, COMPUTE, MEMORY = "General purpose", "Compute optimized", "Memory optimized"
STORAGE, GPU, LEARNING = "Storage optimized", "GPU instance", "Machine Learning ASIC Instances"

# Family, kind, architecture, GiB a vCPU, dollars an hour of two vCPUs, sizes.
LINEAR = [
    ("m4", GENERAL, "x86_64", 4, 0.10, SMALL + " 10xlarge:40 16xlarge:64"),
    ("m5", GENERAL, "x86_64", 4, 0.096, TO_24_METAL),
    ("m5a", GENERAL, "x86_64", 4, 0.086, TO_24),
    ("m5ad", GENERAL, "x86_64", 4, 0.103, TO_24),
    ("m5d", GENERAL, "x86_64", 4, 0.113, TO_24_METAL),
    ("m5n", GENERAL, "x86_64", 4, 0.119, TO_24_METAL),
    ("m5dn", GENERAL, "x86_64", 4, 0.136, TO_24_METAL),
    ("m6i", GENERAL, "x86_64", 4, 0.096, TO_32),
    ("m6a", GENERAL, "x86_64", 4, 0.0864, TO_32 + " 48xlarge:192"),
    ("m6g", GENERAL, "arm64", 4, 0.077, ARM_METAL),
    ("m6gd", GENERAL, "arm64", 4, 0.0904, ARM_METAL),
    ("m6id", GENERAL, "x86_64", 4, 0.11865, TO_32),
    ("m6in", GENERAL, "x86_64", 4, 0.13923, TO_32),
    ("m7i", GENERAL, "x86_64", 4, 0.1008, TO_48),
    ("m7i-flex", GENERAL, "x86_64", 4, 0.09576, FLEX),
    ("m7a", GENERAL, "x86_64", 4, 0.11592, "medium:1 " + TO_32 + " 48xlarge:192"),
    ("m7g", GENERAL, "arm64", 4, 0.0816, ARM_METAL),
    ("m7gd", GENERAL, "arm64", 4, 0.1068, ARM),
    ("m8g", GENERAL, "arm64", 4, 0.08976, ARM_48),
    ("c5", COMPUTE, "x86_64", 2, 0.085, C5 + " metal:96"),
    ("c5a", COMPUTE, "x86_64", 2, 0.077, TO_24),
    ("c5d", COMPUTE, "x86_64", 2, 0.096, C5 + " metal:96"),
    ("c5n", COMPUTE, "x86_64", 2.625, 0.108, C5N + " metal:72"),
    ("c6i", COMPUTE, "x86_64", 2, 0.085, TO_32),
    ("c6a", COMPUTE, "x86_64", 2, 0.0765, TO_32 + " 48xlarge:192"),
    ("c6g", COMPUTE, "arm64", 2, 0.068, ARM_METAL),
    ("c6gd", COMPUTE, "arm64", 2, 0.0768, ARM_METAL),
    ("c6gn", COMPUTE, "arm64", 2, 0.0864, ARM),
    ("c6id", COMPUTE, "x86_64", 2, 0.1008, TO_32),
    ("c6in", COMPUTE, "x86_64", 2, 0.1134, TO_32),
    ("c7i", COMPUTE, "x86_64", 2, 0.08925, TO_48),
    ("c7i-flex", COMPUTE, "x86_64", 2, 0.08479, FLEX),
    ("c7a", COMPUTE, "x86_64", 2, 0.10264, "medium:1 " + TO_32 + " 48xlarge:192"),
    ("c7g", COMPUTE, "arm64", 2, 0.0725, ARM_METAL),
    ("c7gd", COMPUTE, "arm64", 2, 0.0907, ARM),
    ("c8g", COMPUTE, "arm64", 2, 0.07976, ARM_48),
    ("r4", MEMORY, "x86_64", 7.625, 0.133, SMALL + " 8xlarge:32 16xlarge:64"),
    ("r5", MEMORY, "x86_64", 8, 0.126, TO_24_METAL),
    ("r5a", MEMORY, "x86_64", 8, 0.113, TO_24),
    ("r5b", MEMORY, "x86_64", 8, 0.149, TO_24_METAL),
    ("r5d", MEMORY, "x86_64", 8, 0.144, TO_24_METAL),
    ("r5n", MEMORY, "x86_64", 8, 0.149, TO_24_METAL),
    ("r6i", MEMORY, "x86_64", 8, 0.126, TO_32),
    ("r6a", MEMORY, "x86_64", 8, 0.1134, TO_32 + " 48xlarge:192"),
    ("r6g", MEMORY, "arm64", 8, 0.1008, ARM_METAL),
    ("r6gd", MEMORY, "arm64", 8, 0.1152, ARM_METAL),
    ("r6id", MEMORY, "x86_64", 8, 0.1512, TO_32),
    ("r7i", MEMORY, "x86_64", 8, 0.1323, TO_48),
    ("r7a", MEMORY, "x86_64", 8, 0.15215, "medium:1 " + TO_32 + " 48xlarge:192"),
    ("r7g", MEMORY, "arm64", 8, 0.1071, ARM_METAL),
    ("r8g", MEMORY, "arm64", 8, 0.11782, ARM_48),
    ("x2gd", MEMORY, "arm64", 16, 0.167, ARM_METAL),
    ("z1d", MEMORY, "x86_64", 8, 0.186, "large:2 xlarge:4 2xlarge:8 3xlarge:12 6xlarge:24"),
    ("i3", STORAGE, "x86_64", 7.625, 0.156, SMALL + " 8xlarge:32 16xlarge:64"),
    ("i4i", STORAGE, "x86_64", 8, 0.1716, SMALL + " 8xlarge:32 16xlarge:64"),
    ("t2", GENERAL, "x86_64", 4, 0.0928, BURST),
    ("t3", GENERAL, "x86_64", 4, 0.0832, BURST),
    ("t3a", GENERAL, "x86_64", 4, 0.0752, BURST),
    ("t4g", GENERAL, "arm64", 4, 0.0672, BURST),
]
# Those of earlier generations that AWS does not recommend any more.
OLD = {"m4", "r4"}

# Name, kind, architecture, vCPU, GiB, GPU, dollars an hour.
SINGLE = [
    *((f"{family}.{size}", GENERAL, arch, cpus, gib, 0, price * factor)
      for family, arch, price, cpus_of in (("t2", "x86_64", 0.0058, (1, 1, 1, 2)),
                                           ("t3", "x86_64", 0.0052, (2, 2, 2, 2)),
                                           ("t3a", "x86_64", 0.0047, (2, 2, 2, 2)),
                                           ("t4g", "arm64", 0.0042, (2, 2, 2, 2)))
      for size, gib, factor, cpus in zip(("nano", "micro", "small", "medium"), (0.5, 1, 2, 4),
                                         (1, 2, 4, 8), cpus_of)),
    ("g4dn.xlarge", GPU, "x86_64", 4, 16, 1, 0.526),
    ("g4dn.2xlarge", GPU, "x86_64", 8, 32, 1, 0.752),
    ("g4dn.4xlarge", GPU, "x86_64", 16, 64, 1, 1.204),
    ("g4dn.8xlarge", GPU, "x86_64", 32, 128, 1, 2.176),
    ("g4dn.12xlarge", GPU, "x86_64", 48, 192, 4, 3.912),
    ("g4dn.16xlarge", GPU, "x86_64", 64, 256, 1, 4.352),
    ("g5.xlarge", GPU, "x86_64", 4, 16, 1, 1.006),
    ("g5.2xlarge", GPU, "x86_64", 8, 32, 1, 1.212),
    ("g5.4xlarge", GPU, "x86_64", 16, 64, 1, 1.624),
    ("g5.8xlarge", GPU, "x86_64", 32, 128, 1, 2.448),
    ("g5.12xlarge", GPU, "x86_64", 48, 192, 4, 5.672),
    ("g5.16xlarge", GPU, "x86_64", 64, 256, 1, 4.096),
    ("g5.24xlarge", GPU, "x86_64", 96, 384, 4, 8.144),
    ("g5.48xlarge", GPU, "x86_64", 192, 768, 8, 16.288),
    ("g5g.xlarge", GPU, "arm64", 4, 8, 1, 0.42),
    ("g5g.2xlarge", GPU, "arm64", 8, 16, 1, 0.556),
    ("g5g.4xlarge", GPU, "arm64", 16, 32, 1, 0.828),
    ("g5g.8xlarge", GPU, "arm64", 32, 64, 1, 1.372),
    ("g5g.16xlarge", GPU, "arm64", 64, 128, 2, 2.744),
    ("g6.xlarge", GPU, "x86_64", 4, 16, 1, 0.8048),
    ("g6.2xlarge", GPU, "x86_64", 8, 32, 1, 0.9776),
    ("g6.4xlarge", GPU, "x86_64", 16, 64, 1, 1.3232),
    ("g6.8xlarge", GPU, "x86_64", 32, 128, 1, 2.0144),
    ("g6.12xlarge", GPU, "x86_64", 48, 192, 4, 4.6016),
    ("g6.16xlarge", GPU, "x86_64", 64, 256, 1, 3.3968),
    ("g6.24xlarge", GPU, "x86_64", 96, 384, 4, 6.6752),
    ("g6.48xlarge", GPU, "x86_64", 192, 768, 8, 13.3504),
    ("p3.2xlarge", GPU, "x86_64", 8, 61, 1, 3.06),
    ("p3.8xlarge", GPU, "x86_64", 32, 244, 4, 12.24),
    ("p3.16xlarge", GPU, "x86_64", 64, 488, 8, 24.48),
    ("p4d.24xlarge", GPU, "x86_64", 96, 1152, 8, 32.7726),
    ("inf1.xlarge", LEARNING, "x86_64", 4, 8, 0, 0.228),
    ("inf1.2xlarge", LEARNING, "x86_64", 8, 16, 0, 0.362),
    ("inf1.6xlarge", LEARNING, "x86_64", 24, 48, 0, 1.18),
    ("inf1.24xlarge", LEARNING, "x86_64", 96, 192, 0, 4.721),
    ("x1.16xlarge", MEMORY, "x86_64", 64, 976, 0, 6.669),
    ("x1.32xlarge", MEMORY, "x86_64", 128, 1952, 0, 13.338),
]


def crc32c(data):
    total = 0xFFFFFFFF
    for byte in data:
        total ^= byte
        for _ in range(8):
            total = total >> 1 ^ (0x82F63B78 if total & 1 else 0)
    return total ^ 0xFFFFFFFF


def rows():
    for family, kind, arch, gib, price, sizes in LINEAR:
        for size in sizes.split():
            name, cpus = size.split(":")
            cpus = int(cpus)
            age = "old" if family in OLD else "current"
            yield f"{family}.{name}", kind, gib * cpus, cpus, 0, arch, age, price * cpus / 2
    for name, kind, arch, cpus, gib, gpus, price in SINGLE:
        yield name, kind, gib, cpus, gpus, arch, "current", price


def line(name, kind, gib, cpus, gpus, arch, age, price):
    text = f"{price:.6f}".rstrip("0").rstrip(".")
    return "\t".join((name, kind, str(int(gib * 2**30)), str(cpus), str(gpus), arch, age, text))


def main():
    lines = sorted(line(*row) for row in rows())
    text = "\n".join(["mainstay-instance-types 1", f"version {VERSION}", "source shipped", "etag ",
                      "region us-east-1", "currency USD", f"taken {TAKEN}", f"types {len(lines)}",
                      *lines, ""])
    print(text, end="")
    print(f"crc32c {crc32c(text.encode()):08x}")


if __name__ == "__main__":
    main()
