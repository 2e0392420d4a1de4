/* HTTP through libcurl, the only place that knows it. */
#include "registry/http.h"

#include <curl/curl.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER_BYTES_DEFAULT (16u << 20)

/* What we call of libcurl, each as curl_NAME there. */
/* clang-format off */
#define CURL_FUNCTIONS(X) \
	X(global_init) X(easy_init) X(easy_setopt) X(easy_perform) X(easy_getinfo) \
	X(easy_cleanup) X(easy_strerror) X(slist_append) X(slist_free_all)
/* clang-format on */

/* The header checks the types of these by macros, which cannot be called through a pointer. */
#undef curl_easy_setopt
#undef curl_easy_getinfo

struct curl_library {
	void *handle;
#define FUNCTION(name) __typeof__(curl_##name) *name;
	CURL_FUNCTIONS(FUNCTION)
#undef FUNCTION
};

static int library_open(struct curl_library *curl, struct error *err)
{
	*curl = (struct curl_library){ .handle = dlopen(AKASHI_LIBCURL,
							RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) };
	if (!curl->handle)
		return error_set(err, ERROR_SYSTEM,
				 "other machines are asked with %s, which cannot be loaded "
				 "(install libcurl): %s",
				 AKASHI_LIBCURL, dlerror());
#define FUNCTION(name)                                                                             \
	*(void **)&curl->name = dlsym(curl->handle, "curl_" #name);                                \
	if (!curl->name)                                                                           \
		return error_set(err, ERROR_SYSTEM, "%s has no curl_" #name ": another version?",  \
				 AKASHI_LIBCURL);
	CURL_FUNCTIONS(FUNCTION)
#undef FUNCTION
	/* Counted by libcurl, and safe from several threads since 7.84. */
	if (curl->global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return error_set(err, ERROR_SYSTEM, "libcurl could not be started");
	return 0;
}

static void library_close(struct curl_library *curl)
{
	/* What is initialised stays so, for other threads; RTLD_NODELETE keeps the code. */
	if (curl->handle)
		dlclose(curl->handle);
}

/* One exchange under way. */
struct exchange {
	struct curl_library curl;
	CURL *easy;
	struct curl_slist *header;
	char why[CURL_ERROR_SIZE];
	const struct context *ctx;
	struct http_answer answer;
	struct error err; /* of a callback, which cannot return one */
};

static void exchange_release(struct exchange *x)
{
	if (x->header)
		x->curl.slist_free_all(x->header);
	if (x->easy)
		x->curl.easy_cleanup(x->easy);
	library_close(&x->curl);
	http_answer_release(&x->answer);
}

static size_t take_body(char *bytes, size_t size, size_t count, void *user)
{
	struct exchange *x = user;
	struct span piece = { (const uint8_t *)bytes, size * count };

	return buffer_add(&x->answer.body, piece, &x->err) ? 0 : size * count;
}

static int stop_when_cancelled(void *user, curl_off_t down_total, curl_off_t down,
			       curl_off_t up_total, curl_off_t up)
{
	struct exchange *x = user;

	(void)down_total, (void)down, (void)up_total, (void)up;
	return context_check_cancelled(x->ctx, &x->err);
}

/* One line of the request's head; an empty value takes away what libcurl would send itself. */
static int header_add(struct exchange *x, const char *name, const char *value, struct error *err)
{
	CLEANUP(buffer_release) struct buffer line;
	CLEANUP(text_free) char *text = NULL;
	struct curl_slist *longer;

	buffer_init(&line, 512);
	if (strpbrk(value, "\r\n"))
		return error_set(err, ERROR_USAGE, "a type has no line breaks");
	if (buffer_printf(&line, err, "%s: %s", name, value) || buffer_to_text(&line, &text, err))
		return -1;
	longer = x->curl.slist_append(x->header, text);
	if (!longer)
		return error_set(err, ERROR_SYSTEM, "out of memory for a request");
	x->header = longer;
	return 0;
}

static int headers_set(struct exchange *x, const struct http_request *request, struct error *err)
{
	if ((request->content_type && header_add(x, "Content-Type", request->content_type, err)) ||
	    (request->accept && header_add(x, "Accept", request->accept, err)) ||
	    header_add(x, "Expect", "", err)) /* no round of its own before a body */
		return -1;
	return 0;
}

/* All but the last of these cannot fail but for want of memory or an option that is too new. */
static bool options_set(struct exchange *x, const struct http_request *request)
{
	__typeof__(curl_easy_setopt) *set = x->curl.easy_setopt;
	CURL *easy = x->easy;
	long timeout = (long)(request->timeout_s ? request->timeout_s : HTTP_TIMEOUT_S);
	bool ok;

	ok = !set(easy, CURLOPT_URL, request->url) &&
	     !set(easy, CURLOPT_PROTOCOLS_STR, "http,https") &&
	     !set(easy, CURLOPT_FOLLOWLOCATION, 0L) && !set(easy, CURLOPT_NOSIGNAL, 1L) &&
	     !set(easy, CURLOPT_TIMEOUT, timeout) &&
	     !set(easy, CURLOPT_CONNECTTIMEOUT, timeout < 10 ? timeout : 10L) &&
	     !set(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) &&
	     !set(easy, CURLOPT_USERAGENT, "akashi/" AKASHI_VERSION) &&
	     !set(easy, CURLOPT_HTTPHEADER, x->header) && !set(easy, CURLOPT_ERRORBUFFER, x->why) &&
	     !set(easy, CURLOPT_WRITEFUNCTION, take_body) && !set(easy, CURLOPT_WRITEDATA, x) &&
	     !set(easy, CURLOPT_NOPROGRESS, 0L) &&
	     !set(easy, CURLOPT_XFERINFOFUNCTION, stop_when_cancelled) &&
	     !set(easy, CURLOPT_XFERINFODATA, x);
	if (ok && request->content_type)
		ok = !set(easy, CURLOPT_POST, 1L) &&
		     !set(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.len) &&
		     !set(easy, CURLOPT_POSTFIELDS,
			  request->body.len ? (const void *)request->body.data : "");
	return ok;
}

static int perform(struct exchange *x, const char *url, struct error *err)
{
	char *type = NULL;
	long status = 0;
	CURLcode code = x->curl.easy_perform(x->easy);

	if (x->err.code != ERROR_NONE)
		return error_set(err, x->err.code == ERROR_CORRUPT ? ERROR_SYSTEM : x->err.code,
				 "'%s': %s", url, x->err.text);
	if (code != CURLE_OK)
		return error_set(err, ERROR_SYSTEM, "'%s': %s", url,
				 x->why[0] ? x->why : x->curl.easy_strerror(code));
	if (x->curl.easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &status) ||
	    x->curl.easy_getinfo(x->easy, CURLINFO_CONTENT_TYPE, &type) || status < 100 ||
	    status > 599)
		return error_set(err, ERROR_SYSTEM, "'%s' sent no answer that can be read", url);
	x->answer.status = (unsigned)status;
	if (type)
		memcpy(x->answer.content_type, type,
		       strnlen(type, sizeof(x->answer.content_type) - 1));
	return 0;
}

bool http_is_url(const char *text)
{
	return strncmp(text, "https://", 8) == 0 || strncmp(text, "http://", 7) == 0;
}

int http_send(const struct context *ctx, const struct http_request *request,
	      struct http_answer *out_answer, struct error *err)
{
	CLEANUP(exchange_release) struct exchange x = { .ctx = ctx };

	buffer_init(&x.answer.body,
		    request->answer_bytes ? request->answer_bytes : ANSWER_BYTES_DEFAULT);
	if (!http_is_url(request->url) || strlen(request->url) > HTTP_URL_MAX)
		return error_set(err, ERROR_USAGE, "'%.200s' is no http:// or https:// address",
				 request->url);
	if (library_open(&x.curl, err))
		return -1;
	x.easy = x.curl.easy_init();
	if (!x.easy)
		return error_set(err, ERROR_SYSTEM, "out of memory for a request");
	if (headers_set(&x, request, err))
		return -1;
	if (!options_set(&x, request))
		return error_set(err, ERROR_SYSTEM, "this libcurl cannot send '%s'", request->url);
	if (perform(&x, request->url, err))
		return -1;
	*out_answer = x.answer;
	x.answer = (struct http_answer){ 0 }; /* handed over */
	return 0;
}

void http_answer_release(struct http_answer *answer)
{
	buffer_release(&answer->body);
}

int http_get(const struct context *ctx, const char *url, struct buffer *out, struct error *err)
{
	CLEANUP(http_answer_release) struct http_answer answer = { 0 };
	struct http_request request = { .url = url, .answer_bytes = out->max - out->len };

	if (http_send(ctx, &request, &answer, err))
		return -1;
	if (answer.status == 404 || answer.status == 410)
		return error_set(err, ERROR_ABSENT, "'%s' is not there (%u)", url, answer.status);
	if (answer.status != 200)
		return error_set(err, ERROR_SYSTEM, "'%s' answered %u", url, answer.status);
	return buffer_add(out, buffer_view(&answer.body), err);
}
