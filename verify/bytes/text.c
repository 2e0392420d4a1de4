/* bytes_text: the outcome of a comparison in plain words. */
#include "verify/bytes.h"

#include <string.h>

static int add_count(struct buffer *out, size_t count, const char *one, const char *many,
		     struct error *err)
{
	return count == 1 ? buffer_printf(out, err, "1 %s", one)
			  : buffer_printf(out, err, "%zu %s", count, many);
}

static int difference_text(const struct bytes_difference *difference, struct buffer *out,
			   struct error *err)
{
	unsigned long long first = difference->offset;
	unsigned long long last = difference->offset + difference->len - 1;

	if (difference->tensor && buffer_printf(out, err, "tensor '%s' ", difference->tensor))
		return -1;
	if (difference->exact && difference->element[0])
		return buffer_printf(out, err, "%s was %s, is %s", difference->element,
				     difference->expected, difference->found);
	if (difference->exact)
		return buffer_printf(out, err, "byte %llu was %s, is %s", first,
				     difference->expected, difference->found);
	return buffer_printf(out, err, "somewhere in bytes %llu to %llu", first, last);
}

static int tensors_text(const struct bytes_file *file, struct buffer *out, struct error *err)
{
	size_t show = file->tensor_count < 3 ? file->tensor_count : 3;

	if (!file->tensors_touched)
		return buffer_add_text(out, "differs outside its tensors", err);
	if (add_count(out, file->tensors_touched, "tensor differs: ", "tensors differ: ", err))
		return -1;
	for (size_t i = 0; i < show; i++) {
		if (buffer_printf(out, err, "%s'%s'", i ? ", " : "", file->tensor[i]))
			return -1;
	}
	return file->tensors_touched > show ? buffer_add_text(out, " ...", err) : 0;
}

static int differ_text(const struct bytes_file *file, struct buffer *out, struct error *err)
{
	if (file->difference_count == 1)
		return difference_text(&file->difference[0], out, err);
	if (file->weights)
		return tensors_text(file, out, err);
	return buffer_printf(out, err, "was edited after signing");
}

int bytes_file_text(const struct bytes_file *file, struct buffer *out, struct error *err)
{
	if (buffer_printf(out, err, "%s: ", file->path))
		return -1;
	switch (file->state) {
	case BYTES_HOLD:
		return buffer_add_text(out, "holds", err);
	case BYTES_DIFFER:
		return differ_text(file, out, err);
	case BYTES_SIZE:
		return buffer_printf(out, err, "%s: it has %llu bytes, and %llu were signed",
				     file->size < file->signed_size && file->weights
					     ? "truncated"
					     : "was edited after signing",
				     (unsigned long long)file->size,
				     (unsigned long long)file->signed_size);
	case BYTES_MISSING:
		return buffer_add_text(out, "missing", err);
	case BYTES_WITHHELD:
		return buffer_add_text(out, "withheld", err);
	case BYTES_NOT_COVERED:
		return buffer_add_text(out, "not covered by the signature", err);
	case BYTES_PART:
		return buffer_printf(out, err, "%llu of %llu bytes were not read",
				     (unsigned long long)file->left,
				     (unsigned long long)file->signed_size);
	case BYTES_RECUT:
		return buffer_add_text(out, "same tensors, cut into files differently", err);
	}
	return 0;
}

/* "; a, b and 3 more are missing", or with one "; a is missing". */
static int add_named(const struct bytes_report *report, enum bytes_state state, size_t count,
		     const char *one, const char *many, struct buffer *out, struct error *err)
{
	size_t shown = 0;

	if (!count)
		return 0;
	if (buffer_add_text(out, out->len ? "; " : "", err))
		return -1;
	for (size_t i = 0; i < report->file_count && shown < 4; i++) {
		if (report->file[i].state != state)
			continue;
		if (buffer_printf(out, err, "%s%s", shown ? ", " : "", report->file[i].path))
			return -1;
		shown++;
	}
	if (count > shown && buffer_printf(out, err, " and %zu more", count - shown))
		return -1;
	return buffer_printf(out, err, " %s", count == 1 ? one : many);
}

static size_t count_of(const struct bytes_report *report, enum bytes_state state)
{
	size_t count = 0;

	for (size_t i = 0; i < report->file_count; i++)
		count += report->file[i].state == state;
	return count;
}

/* What is said first: about the weights, or about all files. */
static int add_opening(const struct bytes_report *report, struct buffer *out, struct error *err)
{
	if (report->hold + report->recut == report->file_count && !report->recut) {
		if (report->file_count == 1)
			return buffer_add_text(out, "the file holds", err);
		return buffer_printf(out, err, "all %zu files hold", report->file_count);
	}
	if (report->shards && report->weights_hold)
		return buffer_add_text(out,
				       report->recut ? "weights hold: the same tensors, cut into "
						       "files differently"
						     : "weights hold",
				       err);
	if (report->shards > 1 && (report->missing || report->withheld))
		return buffer_printf(out, err, "%zu of %zu shards %s present and true",
				     report->shards_hold, report->shards,
				     report->shards_hold == 1 ? "is" : "are");
	return 0;
}

static int add_damage(const struct bytes_report *report, struct buffer *out, struct error *err)
{
	for (size_t i = 0; i < report->file_count; i++) {
		const struct bytes_file *file = &report->file[i];

		if (!file->weights || (file->state != BYTES_DIFFER && file->state != BYTES_SIZE))
			continue;
		if (buffer_add_text(out, out->len ? "; " : "", err) ||
		    bytes_file_text(file, out, err))
			return -1;
	}
	return 0;
}

int bytes_report_summary(const struct bytes_report *report, struct buffer *out, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	size_t edited = 0;

	buffer_init(&text, 1u << 20);
	if (add_opening(report, &text, err) || add_damage(report, &text, err))
		return -1;
	for (size_t i = 0; i < report->file_count; i++) {
		const struct bytes_file *file = &report->file[i];

		if (file->weights || (file->state != BYTES_DIFFER && file->state != BYTES_SIZE))
			continue;
		if (edited++ >= 4)
			continue;
		if (buffer_printf(&text, err, "%s%s", text.len ? "; " : "", file->path) ||
		    buffer_add_text(&text, " was edited after signing", err))
			return -1;
	}
	if (edited > 4 && buffer_printf(&text, err, "; %zu more were edited", edited - 4))
		return -1;
	if (add_named(report, BYTES_MISSING, report->missing, "is missing", "are missing", &text,
		      err) ||
	    add_named(report, BYTES_WITHHELD, report->withheld, "is withheld", "are withheld",
		      &text, err) ||
	    add_named(report, BYTES_NOT_COVERED, count_of(report, BYTES_NOT_COVERED),
		      "is not covered by the signature", "are not covered by the signature", &text,
		      err))
		return -1;
	if (!text.len && buffer_add_text(&text, "nothing is covered by the signature", err))
		return -1;
	return buffer_add(out, buffer_view(&text), err);
}
