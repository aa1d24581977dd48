/* The formats of this build, for the registry alone. */
#ifndef QUIRE_FORMAT_FORMAT_H
#define QUIRE_FORMAT_FORMAT_H

#include "quire/format.h"

extern const struct quire_format quire_format_csv;
extern const struct quire_format quire_format_tsv;
extern const struct quire_format quire_format_json;
extern const struct quire_format quire_format_jsonl;
extern const struct quire_format quire_format_ion;
extern const struct quire_format quire_format_ion_text;
extern const struct quire_format quire_format_table;
extern const struct quire_format quire_format_parquet;
extern const struct quire_format quire_format_arrow;
extern const struct quire_format quire_format_arrow_stream;

#endif
