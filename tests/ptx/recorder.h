/*
 * recorder: a driver that writes down what the CUDA backend asks of it, one JSON
 * object a line, while the fake driver (tests/cuda/fake_driver.h) does it.
 *
 * Programs that link this with --wrap=cuda_driver_open open it instead of the
 * machine's driver. What is written:
 *
 *   {"case": NAME}
 *   {"new": ADDRESS, "size": BYTES}             device memory that holds nothing yet
 *   {"free": ADDRESS}
 *   {"put": ADDRESS, "bytes": HEX}              a copy from the host, or a fill
 *   {"copy": ADDRESS, "from": ADDRESS, "size": BYTES}
 *   {"launch": KERNEL, "file": FILE, "grid": [X, Y, Z], "block": [X, Y, Z], "parameters": HEX}
 *   {"expect": ADDRESS, "bytes": HEX}           a copy to the host, which found these
 *   {"hold": ADDRESS, "bytes": HEX}             a whole memory; what nobody wrote is poison in it
 */
#ifndef TESTS_PTX_RECORDER_H
#define TESTS_PTX_RECORDER_H

#include <stdio.h>

/* Write to `out` from now on, which stays open; NULL: write nothing. */
void recorder_start(FILE *out);

/* What follows belongs to this case. */
void recorder_case(const char *name);

/* Write down what all live device memory holds. */
void recorder_hold(void);

#endif
