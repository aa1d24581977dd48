/* A context: the pool, the budget and the observer of one pipe, kept together. */
#include "base/context.h"

#include "base/fail.h"

int quire_context_new(const struct quire_context_options *options, struct quire_context **result,
                      struct quire_error *error)
{
    static const struct quire_context_options defaults = {0};
    if (options == NULL) options = &defaults;
    int64_t memory_max = options->memory_max != 0 ? options->memory_max : QUIRE_MEMORY_DEFAULT;
    if (memory_max < QUIRE_MEMORY_MIN) {
        return quire_fail(error, QUIRE_USAGE, "open context",
                          "a memory budget of %lld bytes is below the least, %lld",
                          (long long)memory_max, (long long)QUIRE_MEMORY_MIN);
    }
    struct quire_context *context = quire_alloc_zero(1, sizeof(*context));
    if (context == NULL) return quire_fail_memory(error, "open context");
    context->budget.max = (size_t)memory_max;
    context->observer = options->observer;
    int code = quire_pool_new(options->threads, &context->pool, error);
    context->blocks = code == 0 ? quire_block_cache_open(&context->budget) : NULL;
    if (code == 0 && context->blocks == NULL) code = quire_fail_memory(error, "open context");
    if (code != 0) {
        quire_context_free(context);
        return code;
    }
    *result = context;
    return 0;
}

void quire_context_free(struct quire_context *context)
{
    if (context == NULL) return;
    quire_pool_free(context->pool);
    quire_block_cache_close(context->blocks);
    quire_free(context);
}

void quire_context_share(struct quire_context *whole, size_t parts, struct quire_context *share)
{
    *share = (struct quire_context){
        .pool = whole->pool,
        .budget = {.max = whole->budget.max / parts, .whole = &whole->budget},
        .blocks = whole->blocks,
        .observer = whole->observer};
}

int64_t quire_context_memory_peak(const struct quire_context *context)
{
    return (int64_t)atomic_load(&context->budget.peak);
}

int quire_context_check(struct quire_context *context, struct quire_error *error)
{
    const struct quire_observer *observer = context->observer;
    if (observer == NULL || observer->cancelled == NULL || !observer->cancelled(observer->user))
        return 0;
    return quire_fail(error, QUIRE_CANCELLED, "", "the operation was cancelled");
}
