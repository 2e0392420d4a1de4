/* pattern_known: the patterns that are taken. tests/judges/tokenizers_judge.py judges each. */
#include <string.h>

#include "verify/tokenizer/pattern.h"

#define CONTRACTIONS "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
#define UPPER "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]"
#define LOWER "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]"
#define SPACES "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"

static const char *const known[] = {
	/* GPT-2, RoBERTa, GPT-NeoX, OLMo 1 */
	"'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
	/* Llama 3, OLMo 2, SmolLM 3: cl100k as Hugging Face writes it */
	CONTRACTIONS
	"|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|" SPACES,
	/* cl100k as tiktoken writes it */
	"'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}{1,3}| "
	"?[^\\s\\p{L}\\p{N}]++[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+",
	/* Qwen 2, 2.5 and 3, StableLM 2 */
	CONTRACTIONS "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|" SPACES,
	/* Qwen 3.5 */
	CONTRACTIONS "|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}| "
		     "?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|" SPACES,
	/* GPT-4o, gpt-oss, Llama 4: o200k */
	"[^\\r\\n\\p{L}\\p{N}]?" UPPER "*" LOWER "+" CONTRACTIONS "?|[^\\r\\n\\p{L}\\p{N}]?" UPPER
	"+" LOWER "*" CONTRACTIONS "?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|" SPACES,
	/* Mistral's Tekken */
	"[^\\r\\n\\p{L}\\p{N}]?" UPPER "*" LOWER "+|[^\\r\\n\\p{L}\\p{N}]?" UPPER "+" LOWER
	"*|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|" SPACES,
	/* DeepSeek V3: three one behind the other */
	"\\p{N}{1,3}",
	"[\xe4\xb8\x80-\xe9\xbe\xa5\xe3\x81\x80-\xe3\x82\x9f\xe3\x82\xa0-\xe3\x83\xbf]+",
	"[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}"
	"\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|" SPACES,
	/* the last of the three with line ends as they are, which is how the file has it */
	"[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}"
	"\\p{M}]+| ?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+",
	/* BLOOM */
	" ?[^(\\s|[.,!?"
	"\xe2\x80\xa6\xe3\x80\x82\xef\xbc\x8c\xe3\x80\x81\xe0\xa5\xa4\xdb\x94\xd8\x8c])]+",
	/* Falcon */
	"[0-9][0-9][0-9]",
	/* CLIP */
	"'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+",
	/* of normalizers and small splits */
	"(?<!\\n)^", /* LLM-jp 2 */
	" ",
	" {2,}",
	"\\s+",
	"\\s",
	"\\n",
	"[\\r\\n]",
	"\\p{N}",
	"\\p{N}+",
};

bool pattern_known(const char *text)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!strcmp(text, known[i]))
			return true;
	return false;
}

int pattern_new(const char *text, struct pattern **out_pattern, struct error *err)
{
	if (!pattern_known(text))
		return error_set(err, ERROR_UNTRUSTED,
				 "the pattern '%s' is none of those that this version knows", text);
	return pattern_compile(text, out_pattern, err);
}
