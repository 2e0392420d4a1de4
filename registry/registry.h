/*
 * registry: where believed things are kept, linked and found again.
 *
 * Owns objects, statements being made, the log being written, the index and
 * the links to git. Nothing enters it that verify/ has not accepted. cli/
 * includes this header and no other header of this folder.
 */
#ifndef REGISTRY_H
#define REGISTRY_H

#include "verify/verify.h"

#endif
