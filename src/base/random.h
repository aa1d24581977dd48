/* Pseudo-random numbers: xoshiro256** seeded by splitmix64 (Blackman and Vigna).
 * The same seed gives the same numbers everywhere. Not for secrets. A generator
 * belongs to one thread. */
#ifndef QUIRE_BASE_RANDOM_H
#define QUIRE_BASE_RANDOM_H

#include <stdint.h>

struct quire_random {
    uint64_t state[4];
};

void quire_random_seed(struct quire_random *generator, uint64_t seed);
uint64_t quire_random_u64(struct quire_random *generator);
/* Uniform in 0..bound-1; 0 for bound 0. */
uint64_t quire_random_below(struct quire_random *generator, uint64_t bound);

/* A seed that differs from call to call and process to process: the kernel's
 * entropy, or clock and process id where the kernel refuses. */
uint64_t quire_random_entropy(void);

#endif
