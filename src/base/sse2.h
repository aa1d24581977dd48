/* SSE2 intrinsics where the target has them (QUIRE_SSE2 is then 1).
 *
 * The compilers' headers also define _mm_malloc, which names a function that
 * banned.h forbids; nobody here uses it, so it is kept out by its include guard
 * (gcc's, then clang's). */
#ifndef QUIRE_BASE_SSE2_H
#define QUIRE_BASE_SSE2_H

#ifdef __SSE2__
#define QUIRE_SSE2            1
#define _MM_MALLOC_H_INCLUDED /* NOLINT(clang-diagnostic-reserved-macro-identifier) */
#define __MM_MALLOC_H         /* NOLINT(clang-diagnostic-reserved-macro-identifier) */
#include <emmintrin.h>
#else
#define QUIRE_SSE2 0
#endif

#endif
