/* exact_host: the arithmetic that is done once on the host, whatever the backend. */
#include "kernels/cpu/fp_environment.h"
#include "kernels/exact.h"
#include "kernels/exact_math.h"
#include "kernels/real.h"

float exact_ln(float x)
{
	return real_to_f32(real_ln(real_from_f32(x)));
}

float exact_inverse_sqrt(float x)
{
	struct real half_ln = real_ln(real_from_f32(x));

	half_ln.exponent--;
	return real_to_f32(real_exp(real_negate(half_ln)));
}

float exact_sqrt(float x)
{
	struct fp_environment before = fp_environment_enter();
	float root = f32_sqrt(x);

	fp_environment_leave(before);
	return root;
}

float exact_token_loss(float max, float sum, float logit)
{
	struct fp_environment before = fp_environment_enter();
	float loss = f32_sub(exact_ln(sum), f32_sub(logit, max));

	fp_environment_leave(before);
	return loss;
}

float exact_lane_sum(const float *x, size_t n)
{
	struct fp_environment before = fp_environment_enter();
	float lane[32] = { 0 }, sum;

	for (size_t i = 0; i < n; i++)
		lane[i % 32] = f32_add(lane[i % 32], x[i]);
	for (size_t half = 16; half; half /= 2)
		for (size_t l = 0; l < half; l++)
			lane[l] = f32_add(lane[l], lane[l + half]);
	sum = lane[0];
	fp_environment_leave(before);
	return sum;
}
