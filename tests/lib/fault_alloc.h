/* Makes the Nth allocation of the library fail and counts what is not returned.
 *
 *     for (int64_t n = 1;; n++) {
 *         fault_alloc_arm(n);
 *         run();
 *         if (!fault_alloc_disarm()) break;   (it went through: every N was tried)
 *     } */
#ifndef QUIRE_TESTS_FAULT_ALLOC_H
#define QUIRE_TESTS_FAULT_ALLOC_H

#include <stdbool.h>
#include <stdint.h>

/* Blocks that are held from here on are counted; the nth request fails (0: none). */
void fault_alloc_arm(int64_t nth);
/* The same, and every later request fails too. */
void fault_alloc_arm_onwards(int64_t nth);
/* Restores the allocator; true when a request was made to fail. */
bool fault_alloc_disarm(void);
/* Blocks taken and not returned since the last arm. */
int64_t fault_alloc_held(void);

#endif
