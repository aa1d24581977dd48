/* The least and the greatest of n numbers, n at least 1. */
#ifndef QUIRE_PARQUET_SPAN_H
#define QUIRE_PARQUET_SPAN_H

#include <stddef.h>
#include <stdint.h>

void quire_span_u8(const uint8_t *values, size_t n, uint8_t *min, uint8_t *max);
void quire_span_i32(const int32_t *values, size_t n, int32_t *min, int32_t *max);
void quire_span_u32(const uint32_t *values, size_t n, uint32_t *min, uint32_t *max);
void quire_span_i64(const int64_t *values, size_t n, int64_t *min, int64_t *max);
void quire_span_u64(const uint64_t *values, size_t n, uint64_t *min, uint64_t *max);

/* Return how many are NaN, which is neither; when all are, min is infinite and max is
 * -infinite. Zeros of both signs are the same. */
size_t quire_span_f32(const float *values, size_t n, float *min, float *max);
size_t quire_span_f64(const double *values, size_t n, double *min, double *max);

#endif
