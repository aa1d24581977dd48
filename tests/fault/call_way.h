/* The ways in which the Nth allocation or store operation of a call may fail, for tests of the
 * library without the program. */
#ifndef CALL_WAY_H
#define CALL_WAY_H

#include <stdbool.h>
#include <stdint.h>

struct call_way {
    bool store;   /* a store operation; else an allocation */
    bool onwards; /* and all after it */
    bool after;   /* once it took effect */
};

#define CALL_WAYS 6
extern const struct call_way call_ways[CALL_WAYS];

/* Lets the nth fail that way; 0: none. */
void call_way_arm(const struct call_way *way, int64_t n);
/* Ends that. Whether the nth was reached. What was allocated since is released, and `brought`
 * blocks from before too. */
bool call_way_disarm(const struct call_way *way, int64_t n, int64_t brought);

/* QUIRE_FAULT_EVERY, else 1: only every so many of what a loop would try are tried. */
int fault_every(void);
/* What a loop goes on by whose failures are many and alike: that stride, but 1 with
 * QUIRE_CHECK_FULL; times fault_every(). */
int fault_stride(int stride);

#endif
