/* The generator, its seeding and the kernel's entropy. */
#include "base/random.h"

#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/digits.h"

static uint64_t splitmix(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

void quire_random_seed(struct quire_random *generator, uint64_t seed)
{
    for (int i = 0; i < 4; i++)
        generator->state[i] = splitmix(&seed);
}

static uint64_t rotate_left(uint64_t value, int bits)
{
    return value << bits | value >> (64 - bits);
}

uint64_t quire_random_u64(struct quire_random *generator)
{
    uint64_t *s = generator->state;
    uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    uint64_t shifted = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotate_left(s[3], 45);
    return result;
}

/* Lemire, "Fast Random Integer Generation in an Interval": the high half of a
 * product, redrawn in the few cases that would favour small results. */
uint64_t quire_random_below(struct quire_random *generator, uint64_t bound)
{
    if (bound == 0) return 0;
    quire_u128 product = (quire_u128)quire_random_u64(generator) * bound;
    uint64_t reject_below = -bound % bound;
    while ((uint64_t)product < reject_below)
        product = (quire_u128)quire_random_u64(generator) * bound;
    return (uint64_t)(product >> 64);
}

uint64_t quire_random_entropy(void)
{
    uint64_t seed;
    if (getrandom(&seed, sizeof(seed), 0) == (ssize_t)sizeof(seed)) return seed;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    uint64_t state = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
    state ^= (uint64_t)getpid() << 40;
    return splitmix(&state);
}
