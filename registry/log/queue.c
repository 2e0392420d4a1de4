/*
 * The threads of one process that append at once: one of them leads for all
 * that wait, and the next batch gathers while the last becomes durable.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "registry/log/inner.h"
#include "registry/log/waiting.h"

struct log_queue {
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	struct log_group *first, **end; /* those that nobody leads yet */
	bool led;
};

int log_queue_new(struct log_queue **out_queue, struct error *err)
{
	struct log_queue *queue = calloc(1, sizeof(*queue));

	if (!queue)
		return error_set(err, ERROR_SYSTEM, "out of memory for a log");
	pthread_mutex_init(&queue->mutex, NULL);
	pthread_cond_init(&queue->changed, NULL);
	queue->end = &queue->first;
	*out_queue = queue;
	return 0;
}

void log_queue_free(struct log_queue **queue)
{
	if (!*queue)
		return;
	pthread_cond_destroy(&(*queue)->changed);
	pthread_mutex_destroy(&(*queue)->mutex);
	free(*queue);
	*queue = NULL;
}

/* The groups that go together: those in front, while they fit; always at least one. */
static size_t take(struct log_queue *queue, struct log_group *out_group[LOG_GROUP_MAX])
{
	size_t count = 0, items = 0;

	while (queue->first && count < LOG_GROUP_MAX) {
		struct log_group *group = queue->first;

		if (count && items + group->items.count > LOG_GROUP_MAX)
			break;
		items += group->items.count;
		out_group[count++] = group;
		queue->first = group->next;
	}
	if (!queue->first)
		queue->end = &queue->first;
	return count;
}

/* Lead until one's own group is done. The mutex is held at both ends. */
static void lead(struct log *log, const struct log_group *own)
{
	struct log_queue *queue = log->queue;
	struct log_group *group[LOG_GROUP_MAX];

	queue->led = true;
	while (!own->done) {
		size_t count = take(queue, group);

		pthread_mutex_unlock(&queue->mutex);
		log_lead(log, group, count);
		pthread_mutex_lock(&queue->mutex);
		for (size_t i = 0; i < count; i++)
			group[i]->done = true;
		pthread_cond_broadcast(&queue->changed);
	}
	queue->led = false;
	pthread_cond_broadcast(&queue->changed);
}

static void join(struct log *log, struct log_group *own)
{
	struct log_queue *queue = log->queue;

	pthread_mutex_lock(&queue->mutex);
	*queue->end = own;
	queue->end = &own->next;
	while (!own->done && queue->led)
		pthread_cond_wait(&queue->changed, &queue->mutex);
	if (!own->done)
		lead(log, own);
	pthread_mutex_unlock(&queue->mutex);
}

int log_append(struct log *log, const struct log_item *item, size_t count, uint64_t *out_index,
	       struct error *err)
{
	struct log_group group = { .items = { item, count } };

	if (count > LOG_BATCH_MAX)
		return error_set(err, ERROR_USAGE, "%zu entries are too many for one batch", count);
	for (size_t i = 0; i < count; i++)
		if (item[i].entry.len > ENTRY_MAX_BYTES)
			return error_set(err, ERROR_USAGE, "an entry of %zu bytes is too long",
					 item[i].entry.len);
	group.index = calloc(count + 1, sizeof(*group.index));
	if (!group.index)
		return error_set(err, ERROR_SYSTEM, "out of memory for a batch");
	join(log, &group);
	if (group.failed)
		*err = group.err;
	else if (count)
		memcpy(out_index, group.index, count * sizeof(*group.index));
	free(group.index);
	return group.failed || log_show_witnessed(log, err) ? -1 : 0;
}
