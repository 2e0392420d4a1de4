/*
 * libakashi: the small public face of Akashi. Every name begins with akashi_.
 *
 * Thread-safe: no global state that changes.
 */
#ifndef AKASHI_H
#define AKASHI_H

#ifdef __cplusplus
extern "C" {
#endif

#define AKASHI_API __attribute__((visibility("default")))

/* "0.1.0". Static. */
AKASHI_API const char *akashi_version(void);

#ifdef __cplusplus
}
#endif
#endif
