/* fake_work: streams, events and the order in which their work is done. */
#include "fake.h"

#include <stdlib.h>
#include <string.h>

/* How far the calling thread is on the virtual clock. */
static _Thread_local double host_s;

/* What one look at an event takes. */
#define POLL_S 1e-6

struct moment *moment_hold(struct moment *moment)
{
	moment->holders++;
	return moment;
}

void moment_drop(struct moment *moment)
{
	if (moment && !--moment->holders)
		free(moment);
}

struct CUstream_st *fake_stream_check(const char *call, cuda_stream stream)
{
	int device = fake_device_current(call);

	for (struct CUstream_st *s = fake.streams; s; s = s->next)
		if (s == stream) {
			if (!s->live)
				fake_complain("%s: the stream was destroyed", call);
			if (s->device != device)
				fake_complain("%s: the stream is of device %d, the context of %d",
					      call, s->device, device);
			return s;
		}
	fake_complain("%s: %p is no stream (the default stream is not used here)", call,
		      (void *)stream);
}

static struct CUevent_st *event_check(const char *call, cuda_event event)
{
	for (struct CUevent_st *e = fake.events; e; e = e->next)
		if (e == event) {
			if (!e->live)
				fake_complain("%s: the event was destroyed", call);
			return e;
		}
	fake_complain("%s: %p is no event", call, (void *)event);
}

/* ---- Doing it ---- */

/* Device memory as it was, to find what a kernel wrote. */
static void flip_one_bit(int device, char **before)
{
	size_t b = 0;

	for (struct block_of_memory *m = fake.memory; m; m = m->next, b++) {
		if (m->device != device)
			continue;
		for (size_t i = 0; i + 4 <= m->run.size_bytes; i += 4)
			if (memcmp(m->run.bytes + i, before[b] + i, 4)) {
				m->run.bytes[i] ^= 1;
				fake.flip_due = fake.options.faults.flip_always;
				return;
			}
	}
}

static void run_kernel(const struct work *work, int device)
{
	char **before;
	size_t blocks = 0, b = 0;

	if (!fake.flip_due) {
		shim_launch(&work->launch);
		return;
	}
	for (struct block_of_memory *m = fake.memory; m; m = m->next)
		blocks++;
	before = calloc(blocks + 1, sizeof(*before));
	for (struct block_of_memory *m = fake.memory; before && m; m = m->next, b++) {
		before[b] = malloc(m->run.size_bytes);
		if (!before[b])
			break;
		memcpy(before[b], m->run.bytes, m->run.size_bytes);
	}
	if (b < blocks)
		fake_complain("no memory to remember what a kernel writes to");
	shim_launch(&work->launch);
	flip_one_bit(device, before);
	for (b = 0; b < blocks; b++)
		free(before[b]);
	free(before);
}

static void do_kernel(const struct work *work, int device)
{
	const struct fake_faults *faults = &fake.options.faults;

	if (++fake.launches_run == faults->failed_at) {
		fake.lost[device] = true;
		return;
	}
	if (!faults->flip_kernel || !strcmp(faults->flip_kernel, work->launch.kernel->name))
		if (++fake.flips_seen == faults->flip_at)
			fake.flip_due = true;
	if (!fake.options.times.hollow)
		run_kernel(work, device);
	fake.report.launches[device]++;
}

static void do_work(const struct work *work, int device)
{
	bool hollow = fake.options.times.hollow;

	if (work->kind == WORK_KERNEL) {
		do_kernel(work, device);
		return;
	}
	if (work->kind == WORK_RECORD) {
		work->moment->done = true;
		return;
	}
	if (work->kind == WORK_WAIT)
		return;
	fake.report.bytes[device][work->engine] += work->width * work->height;
	for (size_t row = 0; row < work->height && !hollow; row++)
		if (work->kind == WORK_FILL)
			memset(work->to + row * work->to_pitch, work->byte, work->width);
		else
			memcpy(work->to + row * work->to_pitch, work->from + row * work->from_pitch,
			       work->width);
}

/* The first work of a stream, if it may be done. */
static struct work *head_ready(const struct CUstream_st *stream)
{
	struct work *work = stream->first;

	return work && (work->kind != WORK_WAIT || work->moment->done) ? work : NULL;
}

static bool work_has_engine(const struct work *work)
{
	return work->kind != WORK_RECORD && work->kind != WORK_WAIT;
}

static double duration_s(const struct work *work)
{
	const struct fake_times *times = &fake.options.times;
	double bytes = (double)work->width * (double)work->height;
	double rate = work->engine == FAKE_TO_HOST ? times->to_host_bytes_per_s
						   : times->to_device_bytes_per_s;

	if (work->kind == WORK_KERNEL)
		return times->kernel_s ? times->kernel_s(times->user, &work->launch)
				       : times->launch_s;
	if (work->kind != WORK_COPY || work->engine == FAKE_COMPUTE)
		return 0;
	return times->copy_s + (rate > 0 ? bytes / rate : 0);
}

/* When the head of a stream would begin. */
static double begin_s(const struct CUstream_st *stream)
{
	const struct work *work = stream->first;
	double at = work->asked_s > stream->reached_s ? work->asked_s : stream->reached_s;

	if (work->kind == WORK_WAIT && work->moment->at_s > at)
		at = work->moment->at_s;
	if (work_has_engine(work) && fake.engine_free_s[stream->device][work->engine] > at)
		at = fake.engine_free_s[stream->device][work->engine];
	return at;
}

/* Let the clock have the head of a stream. */
static void take_time(struct CUstream_st *stream)
{
	const struct work *work = stream->first;
	double at = begin_s(stream), took = 0;

	if (work_has_engine(work)) {
		took = duration_s(work);
		fake.engine_free_s[stream->device][work->engine] = at + took;
		fake.report.busy_s[stream->device][work->engine] += took;
	}
	if (work->kind == WORK_RECORD)
		work->moment->at_s = at;
	stream->reached_s = at + took;
	if (stream->reached_s > fake.report.end_s)
		fake.report.end_s = stream->reached_s;
}

static void do_head(struct CUstream_st *stream)
{
	struct work *work = stream->first;

	if (fake.options.schedule == FAKE_CLOCK)
		take_time(stream);
	/* a lost device does nothing more, and keeps nobody waiting */
	if (!fake.lost[stream->device])
		do_work(work, stream->device);
	else if (work->kind == WORK_RECORD)
		work->moment->done = true;
	stream->first = work->next;
	if (!stream->first)
		stream->last = NULL;
	moment_drop(work->moment);
	free(work->payload);
	free(work);
}

/* ---- In which order ---- */

static struct CUstream_st *choose_random(void)
{
	struct CUstream_st *chosen = NULL;
	uint64_t seen = 0;

	for (struct CUstream_st *s = fake.streams; s; s = s->next)
		if (head_ready(s) && fake_random() % ++seen == 0)
			chosen = s;
	return chosen;
}

static struct CUstream_st *choose_first(bool by_clock)
{
	struct CUstream_st *chosen = NULL;

	for (struct CUstream_st *s = fake.streams; s; s = s->next) {
		if (!head_ready(s))
			continue;
		if (!chosen || (by_clock && begin_s(s) < begin_s(chosen)) ||
		    ((!by_clock || begin_s(s) <= begin_s(chosen)) &&
		     s->first->number < chosen->first->number))
			chosen = s;
	}
	return chosen;
}

/* The stream whose head must be done for `stream` to go on. */
static struct CUstream_st *needed(struct CUstream_st *stream)
{
	while (!head_ready(stream)) {
		if (!stream->first)
			fake_complain("a stream waits for an event that nobody records");
		stream = stream->first->moment->stream;
	}
	return stream;
}

/* Do one thing on the way to what `stream` is waited for. */
static void step(struct CUstream_st *stream)
{
	struct CUstream_st *chosen = NULL;

	if (fake.options.schedule == FAKE_RANDOM)
		chosen = choose_random();
	else if (fake.options.schedule == FAKE_CLOCK)
		chosen = choose_first(true);
	else
		chosen = needed(stream);
	if (!chosen)
		fake_complain("streams wait for one another");
	do_head(chosen);
}

static void reach(double at)
{
	if (fake.options.schedule == FAKE_CLOCK && at > host_s)
		host_s = at;
}

void fake_work_add(struct CUstream_st *stream, const struct work *asked)
{
	struct work *work = malloc(sizeof(*work));
	struct CUstream_st *chosen;

	if (!work)
		fake_complain("no memory for work");
	*work = *asked;
	work->next = NULL;
	work->number = ++fake.works;
	work->asked_s = host_s;
	if (stream->last)
		stream->last->next = work;
	else
		stream->first = work;
	stream->last = work;
	if (fake.options.schedule == FAKE_EAGER)
		while ((chosen = choose_first(false)))
			do_head(chosen);
	else if (fake.options.schedule == FAKE_RANDOM)
		for (uint64_t n = fake_random() % 4; n > 1 && (chosen = choose_random()); n--)
			do_head(chosen);
}

void fake_work_wait_stream(struct CUstream_st *stream)
{
	while (stream->first)
		step(stream);
	reach(stream->reached_s);
}

void fake_work_wait_device(int device)
{
	for (struct CUstream_st *s = fake.streams; s; s = s->next)
		if (device < 0 || s->device == device)
			fake_work_wait_stream(s);
}

void fake_work_wait_moment(struct moment *moment)
{
	while (!moment->done)
		step(moment->stream);
	reach(moment->at_s);
}

bool fake_work_poll(struct moment *moment)
{
	struct CUstream_st *next;

	if (fake.options.schedule == FAKE_CLOCK) {
		while (!moment->done && (next = choose_first(true)) && begin_s(next) <= host_s)
			do_head(next);
		if (moment->done && moment->at_s <= host_s)
			return true;
		host_s += POLL_S;
		return false;
	}
	if (moment->done)
		return true;
	step(moment->stream);
	return false;
}

/* ---- The functions of the table ---- */

int fake_stream_new(cuda_stream *out_stream, unsigned flags)
{
	FAKE_LOCK;
	int device = fake_device_current("cuStreamCreate"), result = fake_enter(device);
	struct CUstream_st *stream;

	if (result)
		return result;
	if (flags & ~(unsigned)CUDA_STREAM_NON_BLOCKING)
		return RESULT_INVALID_VALUE;
	stream = calloc(1, sizeof(*stream));
	if (!stream)
		return CUDA_OUT_OF_MEMORY;
	*stream = (struct CUstream_st){ .next = fake.streams,
					.device = device,
					.live = true,
					.order = fake.options.order,
					.watched = fake.options.watched };
	fake.streams = stream;
	*out_stream = stream;
	return 0;
}

int fake_stream_free(cuda_stream stream)
{
	FAKE_LOCK;
	int result = fake_enter(fake_device_current("cuStreamDestroy"));

	if (result)
		return result;
	fake_work_wait_stream(fake_stream_check("cuStreamDestroy", stream));
	stream->live = false;
	return 0;
}

int fake_stream_wait(cuda_stream stream)
{
	FAKE_LOCK;
	int result = fake_enter(fake_device_current("cuStreamSynchronize"));

	if (result)
		return result;
	fake_work_wait_stream(fake_stream_check("cuStreamSynchronize", stream));
	return fake_result(stream->device);
}

int fake_stream_wait_event(cuda_stream stream, cuda_event event, unsigned flags)
{
	FAKE_LOCK;
	int result = fake_enter(fake_device_current("cuStreamWaitEvent"));
	struct CUstream_st *into;
	struct work work = { .kind = WORK_WAIT };

	if (result)
		return result;
	if (flags)
		return RESULT_INVALID_VALUE;
	into = fake_stream_check("cuStreamWaitEvent", stream);
	/* of any context; one that was never recorded holds nobody up */
	if (event_check("cuStreamWaitEvent", event)->moment) {
		work.moment = moment_hold(event->moment);
		fake_work_add(into, &work);
	}
	return 0;
}

int fake_event_new(cuda_event *out_event, unsigned flags)
{
	FAKE_LOCK;
	int device = fake_device_current("cuEventCreate"), result = fake_enter(device);
	struct CUevent_st *event;

	if (result)
		return result;
	event = calloc(1, sizeof(*event));
	if (!event)
		return CUDA_OUT_OF_MEMORY;
	*event = (struct CUevent_st){ .next = fake.events,
				      .device = device,
				      .live = true,
				      .timed = !(flags & CUDA_EVENT_DISABLE_TIMING) };
	fake.events = event;
	*out_event = event;
	return 0;
}

int fake_event_free(cuda_event event)
{
	FAKE_LOCK;
	int result = fake_enter(fake_device_current("cuEventDestroy"));

	if (result)
		return result;
	event_check("cuEventDestroy", event)->live = false;
	moment_drop(event->moment);
	event->moment = NULL;
	return 0;
}

int fake_event_record(cuda_event event, cuda_stream stream)
{
	FAKE_LOCK;
	int result = fake_enter(fake_device_current("cuEventRecord"));
	struct CUstream_st *into;
	struct work work = { .kind = WORK_RECORD };

	if (result)
		return result;
	into = fake_stream_check("cuEventRecord", stream);
	if (event_check("cuEventRecord", event)->device != into->device)
		fake_complain("cuEventRecord: the event is of device %d, the stream of %d",
			      event->device, into->device);
	moment_drop(event->moment);
	event->moment = calloc(1, sizeof(*event->moment));
	if (!event->moment)
		fake_complain("no memory for a moment");
	*event->moment = (struct moment){ .holders = 2, .stream = into };
	work.moment = event->moment;
	fake_work_add(into, &work);
	return 0;
}

int fake_event_wait(cuda_event event)
{
	FAKE_LOCK;
	int result = fake_enter(fake_device_current("cuEventSynchronize"));

	if (result)
		return result;
	if (event_check("cuEventSynchronize", event)->moment)
		fake_work_wait_moment(event->moment);
	return fake_result(event->device);
}

int fake_event_query(cuda_event event)
{
	FAKE_LOCK;
	int result = fake_enter(fake_device_current("cuEventQuery"));

	if (result)
		return result;
	if (!event_check("cuEventQuery", event)->moment)
		return 0;
	if (!fake_work_poll(event->moment))
		return CUDA_NOT_READY;
	return fake_result(event->device);
}

int fake_event_elapsed(float *out_milliseconds, cuda_event begin, cuda_event end)
{
	FAKE_LOCK;
	int result = fake_enter(fake_device_current("cuEventElapsedTime"));

	if (result)
		return result;
	if (!event_check("cuEventElapsedTime", begin)->timed ||
	    !event_check("cuEventElapsedTime", end)->timed || !begin->moment || !end->moment)
		return RESULT_INVALID_HANDLE;
	if (!begin->moment->done || !end->moment->done)
		return CUDA_NOT_READY;
	*out_milliseconds = (float)((end->moment->at_s - begin->moment->at_s) * 1e3);
	return 0;
}

double fake_clock_now(void)
{
	return host_s;
}

void fake_clock_spend(double seconds)
{
	host_s += seconds;
}

void fake_clock_reach(double at)
{
	if (at > host_s)
		host_s = at;
}
