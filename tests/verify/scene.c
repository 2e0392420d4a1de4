/* A cast whose log signs its state. */
#include "tests/verify/scene.h"

static int proofs_read(struct evidence *evidence, const char *const *asked, size_t count,
		       struct buffer *out, struct error *err)
{
	struct scene *scene = (struct scene *)evidence;

	(void)asked;
	(void)count;
	if (!scene->proofs.len)
		return error_set(err, ERROR_ABSENT, "no proofs");
	return buffer_add(out, buffer_view(&scene->proofs), err);
}

void scene_init(struct scene *scene)
{
	*scene = (struct scene){ .proofs = { 0 } };
	cast_init(&scene->cast);
	buffer_init(&scene->proofs, STATE_PROOFS_MAX_BYTES);
	scene->type = *scene->cast.world.base.type;
	scene->type.state = proofs_read;
	scene->cast.world.base.type = &scene->type;
}

void scene_release(struct scene *scene)
{
	state_tree_free(&scene->tree);
	state_free(&scene->state);
	buffer_release(&scene->proofs);
	cast_release(&scene->cast);
}

/* What the log's control entries say. */
static struct state *state_of(const struct world *world)
{
	struct error err = { 0 };
	struct state *state;

	assert_done(state_new(&state, &err), &err);
	for (size_t i = 0; i < world->item_count; i++) {
		CLEANUP(envelope_release) struct envelope envelope = { 0 };
		CLEANUP(statement_release) struct statement statement = { 0 };
		const struct world_item *item = &world->item[i];

		assert_done(envelope_parse(buffer_view(&item->envelope), ENVELOPE_MAX_BYTES,
					   &envelope, &err),
			    &err);
		assert_done(statement_parse(buffer_view(&envelope.payload), &statement, &err),
			    &err);
		if (statement_kind_is_control(statement.kind))
			assert_done(state_take(state, item->index, &statement, &item->identity,
					       &item->key, &err),
				    &err);
	}
	return state;
}

struct world_item *scene_state(struct scene *scene, const struct test_signer *signer, uint64_t size,
			       const char *note)
{
	CLEANUP(json_free) struct json *predicate = NULL;
	CLEANUP(buffer_release) struct buffer text;
	CLEANUP(text_free) char *line = NULL;
	const char *kind[STATE_KINDS_MAX];
	size_t kinds = state_kinds(kind);
	struct error err = { 0 };
	struct digest root;
	struct json *list;

	buffer_init(&text, 65536);
	state_tree_free(&scene->tree);
	state_free(&scene->state);
	scene->state = state_of(&scene->cast.world);
	assert_done(state_tree_at(scene->state, size, kind, kinds, &scene->tree, &err), &err);
	root = state_tree_root(scene->tree);
	assert_done(json_object_new(&predicate, &err), &err);
	assert_done(json_set_size(predicate, "size", size, &err), &err);
	assert_done(json_set_size(predicate, "count", state_tree_count(scene->tree), &err), &err);
	assert_done(json_set_hex(predicate, "root", &root, &err), &err);
	assert_done(json_set_digest(predicate, "policy", &scene->cast.policy->identity, &err),
		    &err);
	if (note)
		assert_done(json_set_text(predicate, "checkpoint", note, &err), &err);
	assert_done(json_set_array(predicate, "kinds", &list, &err), &err);
	for (size_t i = 0; i < kinds; i++)
		assert_done(json_add_text(list, kind[i], &err), &err);
	assert_done(json_write_canonical(predicate, &text, &err), &err);
	assert_done(buffer_to_text(&text, &line, &err), &err);
	return world_say(&scene->cast.world, signer, STATEMENT_state, "state", &root, line);
}

void scene_prove(struct scene *scene, const struct world_item *state, const char *const *asked,
		 size_t count)
{
	CLEANUP(json_free) struct json *file = NULL;
	struct error err = { 0 };
	struct json *proofs;

	assert_done(json_object_new(&file, &err), &err);
	assert_done(json_set_text(file, "schema", "akashi/state-proofs/1", &err), &err);
	assert_done(json_set_digest(file, "state", &state->identity, &err), &err);
	assert_done(json_set_array(file, "proofs", &proofs, &err), &err);
	for (size_t i = 0; i < count; i++) {
		struct json *proof = NULL;

		assert_done(state_tree_prove(scene->tree, asked[i], &proof, &err), &err);
		assert_done(json_add_take(proofs, &proof, &err), &err);
	}
	scene->proofs.len = 0;
	assert_done(json_write_canonical(file, &scene->proofs, &err), &err);
}
