/* protobuf: the wire format of protocol buffers (protobuf.dev, "Encoding"). */
#include "verify/tokenizer/protobuf.h"

/* 7 bits a byte, the lowest first; at most 10 bytes. */
static int take_varint(struct reader *reader, uint64_t *out_value, struct error *err)
{
	uint64_t value = 0;

	for (unsigned shift = 0; shift < 70; shift += 7) {
		uint8_t byte = reader_u8(reader);

		if (reader_failed(reader, "a number", err))
			return -1;
		if (shift == 63 && byte > 1)
			break;
		value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80)) {
			*out_value = value;
			return 0;
		}
	}
	return error_set(err, ERROR_CORRUPT, "a number has more than 64 bits");
}

int protobuf_next(struct span *rest, struct protobuf_field *out_field, bool *out_more,
		  struct error *err)
{
	struct reader reader = reader_over(*rest);
	struct protobuf_field field = { 0 };
	uint64_t key = 0, len = 0;

	*out_more = rest->len != 0;
	if (!rest->len)
		return 0;
	if (take_varint(&reader, &key, err))
		return -1;
	if (key >> 3 == 0 || key >> 3 > 0x1fffffff)
		return error_set(err, ERROR_CORRUPT, "a field has the number %llu",
				 (unsigned long long)(key >> 3));
	field.number = (uint32_t)(key >> 3);
	field.wire = (enum protobuf_wire)(key & 7);
	switch (field.wire) {
	case PROTOBUF_VARINT:
		if (take_varint(&reader, &field.value, err))
			return -1;
		break;
	case PROTOBUF_FIXED64:
		field.value = reader_u64le(&reader);
		break;
	case PROTOBUF_FIXED32:
		field.value = reader_u32le(&reader);
		break;
	case PROTOBUF_BYTES:
		if (take_varint(&reader, &len, err))
			return -1;
		if (len > reader.rest.len)
			return error_set(err, ERROR_CORRUPT, "field %u ends too early",
					 field.number);
		field.bytes = reader_take(&reader, (size_t)len);
		break;
	default:
		return error_set(err, ERROR_CORRUPT, "field %u has the wire type %u", field.number,
				 (unsigned)field.wire);
	}
	if (reader_failed(&reader, "a field", err))
		return -1;
	*rest = reader.rest;
	*out_field = field;
	return 0;
}

int protobuf_expect(const struct protobuf_field *field, enum protobuf_wire wire, const char *what,
		    struct error *err)
{
	if (field->wire != wire)
		return error_set(err, ERROR_CORRUPT, "%s (field %u) has the wire type %u, not %u",
				 what, field->number, (unsigned)field->wire, (unsigned)wire);
	return 0;
}
