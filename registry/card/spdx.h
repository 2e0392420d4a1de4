/* Licences by their SPDX identifiers. Inside registry/ only. */
#ifndef REGISTRY_CARD_SPDX_H
#define REGISTRY_CARD_SPDX_H

/*
 * The SPDX identifier (https://spdx.org/licenses/) that a text is, whatever its case; NULL: it is
 * none of those that models and datasets are given under, and stays as it was written.
 */
const char *spdx_of(const char *text);

#endif
