/* The file system of the operating system, whose Nth call fails. Flushing is left out,
 * so that thousands of runs take seconds: here nothing is lost but what a call says. */
#ifndef QUIRE_TESTS_FAULT_FILES_H
#define QUIRE_TESTS_FAULT_FILES_H

#include <stdbool.h>
#include <stdint.h>

/* From here on the nth call fails with EIO (0: none): that one only, or every later one
 * too; before it does anything, or after it took effect. */
struct fault_files_plan {
    int64_t nth;
    bool onwards;
    bool after;
};
void fault_files_arm(const struct fault_files_plan *plan);

/* Restores the file system; how many calls there were. */
int64_t fault_files_disarm(void);

#endif
