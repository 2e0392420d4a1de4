/* card_hub: the table style of a hub's own cards, section by section. */
#include "registry/card/inner.h"

int card_hub_model(const struct card_writer *w, struct error *err)
{
	return card_table(w, 1, WORD_MODEL_SPECS, card_model_rows, err);
}

int card_hub_dataset(const struct card_writer *w, struct error *err)
{
	return card_table(w, 1, WORD_DATASET_SPECS, card_dataset_rows, err);
}

int card_hub_training(const struct card_writer *w, struct error *err)
{
	return card_table(w, 1, WORD_TRAINING_SPECS, card_training_rows, err);
}

int card_hub_environment(const struct card_writer *w, struct error *err)
{
	return card_table(w, 1, WORD_ENVIRONMENT_SPECS, card_environment_rows, err);
}
