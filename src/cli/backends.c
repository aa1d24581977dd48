/* From the tables of each kind of backend to rows of one shape. */
#include "backends.h"

#include "quire/feature.h"

static size_t formats_size(void)
{
    size_t size;
    quire_formats(&size);
    return size;
}

static size_t codecs_size(void)
{
    size_t size;
    quire_codecs(&size);
    return size;
}

static size_t stores_size(void)
{
    size_t size;
    quire_stores(&size);
    return size;
}

static size_t features_size(void)
{
    size_t size;
    quire_features(&size);
    return size;
}

static size_t queues_size(void)
{
    return 0;
}

static struct quire_cli_backend format_at(size_t index)
{
    size_t size;
    const struct quire_format *format = quire_formats(&size)[index];
    return (struct quire_cli_backend){.name = format->name,
                                      .extensions = format->extensions,
                                      .summary = format->summary,
                                      .built_without = format->built_without,
                                      .reads = format->decoder_open != NULL,
                                      .writes = format->encoder_new != NULL,
                                      .read_options = format->decoder_options,
                                      .write_options = format->encoder_options};
}

static struct quire_cli_backend codec_at(size_t index)
{
    size_t size;
    const struct quire_codec *codec = quire_codecs(&size)[index];
    return (struct quire_cli_backend){.name = codec->name,
                                      .extensions =
                                          codec->extension != NULL ? codec->extension : "",
                                      .summary = codec->summary,
                                      .built_without = codec->built_without,
                                      .reads = codec->in_open != NULL,
                                      .writes = codec->out_open != NULL,
                                      .level_min = codec->level_min,
                                      .level_max = codec->level_max,
                                      .level_default = codec->level_default};
}

static struct quire_cli_backend store_at(size_t index)
{
    size_t size;
    const struct quire_store_ops *store = quire_stores(&size)[index];
    return (struct quire_cli_backend){.name = store->name,
                                      .extensions = store->schemes,
                                      .summary = store->summary,
                                      .built_without = store->built_without,
                                      .reads = store->reader_open != NULL,
                                      .writes = store->upload_begin != NULL,
                                      .write_options = store->options};
}

static struct quire_cli_backend feature_at(size_t index)
{
    size_t size;
    const struct quire_feature *feature = &quire_features(&size)[index];
    return (struct quire_cli_backend){.name = feature->name,
                                      .extensions = "",
                                      .summary = feature->summary,
                                      .built_without = feature->built_without};
}

const struct quire_cli_backends quire_cli_formats = {"formats", formats_size, format_at};
const struct quire_cli_backends quire_cli_codecs = {"codecs", codecs_size, codec_at};
const struct quire_cli_backends quire_cli_stores = {"stores", stores_size, store_at};
const struct quire_cli_backends quire_cli_queues = {"queues", queues_size, NULL};
const struct quire_cli_backends quire_cli_features = {"features", features_size, feature_at};
