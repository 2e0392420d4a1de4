/*
 * The models of tests/golden/ and what they compute. Written by
 * tests/verify/golden_table_dump.c. Included by golden_tables.c only.
 */

/* bert-gamma-beta */
static const struct model_config config_0 = {
	.architecture = &architecture_bert,
	.layers = 1,
	.hidden = 63,
	.intermediate = 89,
	.heads = 3,
	.key_heads = 3,
	.head_dim = 21,
	.vocab = 101,
	.positions = 37,
	.types = 2,
	.context = 37,
	.eps = 0x1.197998p-40f,
	.activation = 2,
};
static const struct golden_tensor tensor_0[] = {
	{ "bert.embeddings.word_embeddings.weight", DTYPE_BF16, 2, { 101, 63, 0 }, false, -6, { (const uint32_t[]){ 7 }, 1 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "bert.embeddings.position_embeddings.weight", DTYPE_F32, 2, { 37, 63, 0 }, false, -7, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "bert.embeddings.token_type_embeddings.weight", DTYPE_BF16, 2, { 2, 63, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "bert.embeddings.LayerNorm.gamma", DTYPE_BF16, 1, { 63, 0, 0 }, true, 0, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "bert.embeddings.LayerNorm.beta", DTYPE_BF16, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "bert.encoder.layer.0.attention.self.query.weight", DTYPE_BF16, 2, { 63, 63, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "bert.encoder.layer.0.attention.self.query.bias", DTYPE_F32, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "bert.encoder.layer.0.attention.self.key.weight", DTYPE_BF16, 2, { 63, 63, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "bert.encoder.layer.0.attention.self.key.bias", DTYPE_BF16, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "bert.encoder.layer.0.attention.self.value.weight", DTYPE_BF16, 2, { 63, 63, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "bert.encoder.layer.0.attention.self.value.bias", DTYPE_BF16, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "bert.encoder.layer.0.attention.output.dense.weight", DTYPE_F32, 2, { 63, 63, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "bert.encoder.layer.0.attention.output.dense.bias", DTYPE_BF16, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "bert.encoder.layer.0.attention.output.LayerNorm.gamma", DTYPE_BF16, 1, { 63, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "bert.encoder.layer.0.attention.output.LayerNorm.beta", DTYPE_BF16, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "bert.encoder.layer.0.intermediate.dense.weight", DTYPE_BF16, 2, { 89, 63, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "bert.encoder.layer.0.intermediate.dense.bias", DTYPE_F32, 1, { 89, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "bert.encoder.layer.0.output.dense.weight", DTYPE_BF16, 2, { 63, 89, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "bert.encoder.layer.0.output.dense.bias", DTYPE_BF16, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "bert.encoder.layer.0.output.LayerNorm.gamma", DTYPE_BF16, 1, { 63, 0, 0 }, true, 0, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "bert.encoder.layer.0.output.LayerNorm.beta", DTYPE_BF16, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
};
static const struct golden_probe probe_0[] = {
	{ (const uint32_t[]){ 1, 15, 15, 45, 63, 33, 14, 71, 29, 25, 59, 51, 95, },
	  13,
	  "26d6e6965cd59e384169d99dd1adefb7b9990d08bcf70a5928657e05db20811e"
	  "7d055316b4572e4d60ab65ceb98f2cc04337be1486dcad45d8aeab8394cce536",
	  "32e2cd7cebac000be4fe0aa4979e943698f1e098d65e71115e9b734a8429dc03"
	  "bb14da4cd6ce3ec327f895489f807c112f408ea396deca7f3dca7a950a522328"
	  "01c060cbf27f2de62bbe6c9245361849448f6c881dd90c00823df514f929c5e5"
	  "5365a89263611bc235a41e7cc4a3562599798d8195ff3b956c43f649130d5f6d"
	  "ea435593c4b5bd57dfe4637c50c0531a29ef5a39e901404a804fccc86215c982"
	  "97a5c678111bbad70128fd14329ab44eef61929d34fa63cb255c3a2acb08aeb1"
	  "8edd2d9f8c4b6c7678762dd76cb4cbf83789c7d8ff4c15e75435a32357c3b8ed"
	  "f049d45a51fcb9f33353dee9a87585462a71e965d552e659e27bfa4f82e13364"
	  "6bc4743c6ac3e5fea80cbe77e2cb6916946783af08556f06d4acddae680e8468"
	  "fe80bf9326a15891ad101eadfb4d24715cb9e7f26aa007825a1e25c6ffb99da0"
	  "c434f73335256bf0bce86e26349cce6f8cdd53ce1e00430964338a521a943975"
	  "15d9458c566ca8916be73ea0aa17b60944ccc3ab7d3cf812cca73d7eb421b3db"
	  "26e016c363f4218684fb3321b324dcb29b05a3c8719a5befc10c66975c18fcdb", },
	{ (const uint32_t[]){ 7, },
	  1,
	  "83b691811d9a05f7eee403cf98ebf214f0426dcd3877ac4931bfa870fbe50a4f"
	  "0df043ca180098fa1638fb996337aa5493a7320c2c5acf823faf4791a52f8492",
	  "ecec8ae56c9501334f0219016ad47128c65cf5e46ce414edfdb4f9cfb0e20c1d", },
};

/* bert */
static const struct model_config config_1 = {
	.architecture = &architecture_bert,
	.layers = 3,
	.hidden = 63,
	.intermediate = 89,
	.heads = 7,
	.key_heads = 7,
	.head_dim = 9,
	.vocab = 101,
	.positions = 37,
	.types = 2,
	.context = 37,
	.eps = 0x1.197998p-40f,
	.activation = 1,
};
static const struct golden_tensor tensor_1[] = {
	{ "embeddings.word_embeddings.weight", DTYPE_BF16, 2, { 101, 63, 0 }, false, -6, { (const uint32_t[]){ 7 }, 1 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "embeddings.position_embeddings.weight", DTYPE_F32, 2, { 37, 63, 0 }, false, -7, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "embeddings.token_type_embeddings.weight", DTYPE_BF16, 2, { 2, 63, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "embeddings.LayerNorm.weight", DTYPE_BF16, 1, { 63, 0, 0 }, true, 0, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "embeddings.LayerNorm.bias", DTYPE_BF16, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "encoder.layer.0.attention.self.query.weight", DTYPE_BF16, 2, { 63, 63, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.0.attention.self.query.bias", DTYPE_F32, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.0.attention.self.key.weight", DTYPE_BF16, 2, { 63, 63, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.0.attention.self.key.bias", DTYPE_BF16, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.0.attention.self.value.weight", DTYPE_BF16, 2, { 63, 63, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.0.attention.self.value.bias", DTYPE_BF16, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.0.attention.output.dense.weight", DTYPE_F32, 2, { 63, 63, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.0.attention.output.dense.bias", DTYPE_BF16, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.0.attention.output.LayerNorm.weight", DTYPE_BF16, 1, { 63, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.0.attention.output.LayerNorm.bias", DTYPE_BF16, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.0.intermediate.dense.weight", DTYPE_BF16, 2, { 89, 63, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.0.intermediate.dense.bias", DTYPE_F32, 1, { 89, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.0.output.dense.weight", DTYPE_BF16, 2, { 63, 89, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.0.output.dense.bias", DTYPE_BF16, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.0.output.LayerNorm.weight", DTYPE_BF16, 1, { 63, 0, 0 }, true, 0, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "encoder.layer.0.output.LayerNorm.bias", DTYPE_BF16, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "encoder.layer.1.attention.self.query.weight", DTYPE_F32, 2, { 63, 63, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.1.attention.self.query.bias", DTYPE_BF16, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.1.attention.self.key.weight", DTYPE_BF16, 2, { 63, 63, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.1.attention.self.key.bias", DTYPE_BF16, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.1.attention.self.value.weight", DTYPE_BF16, 2, { 63, 63, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.1.attention.self.value.bias", DTYPE_F32, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.1.attention.output.dense.weight", DTYPE_BF16, 2, { 63, 63, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.1.attention.output.dense.bias", DTYPE_BF16, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.1.attention.output.LayerNorm.weight", DTYPE_BF16, 1, { 63, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.1.attention.output.LayerNorm.bias", DTYPE_BF16, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.1.intermediate.dense.weight", DTYPE_F32, 2, { 89, 63, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.1.intermediate.dense.bias", DTYPE_BF16, 1, { 89, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.1.output.dense.weight", DTYPE_BF16, 2, { 63, 89, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.1.output.dense.bias", DTYPE_BF16, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.1.output.LayerNorm.weight", DTYPE_BF16, 1, { 63, 0, 0 }, true, 0, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "encoder.layer.1.output.LayerNorm.bias", DTYPE_F32, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "encoder.layer.2.attention.self.query.weight", DTYPE_BF16, 2, { 63, 63, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.2.attention.self.query.bias", DTYPE_BF16, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.2.attention.self.key.weight", DTYPE_BF16, 2, { 63, 63, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.2.attention.self.key.bias", DTYPE_BF16, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.2.attention.self.value.weight", DTYPE_F32, 2, { 63, 63, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.2.attention.self.value.bias", DTYPE_BF16, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.2.attention.output.dense.weight", DTYPE_BF16, 2, { 63, 63, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.2.attention.output.dense.bias", DTYPE_BF16, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.2.attention.output.LayerNorm.weight", DTYPE_BF16, 1, { 63, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.2.attention.output.LayerNorm.bias", DTYPE_F32, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.2.intermediate.dense.weight", DTYPE_BF16, 2, { 89, 63, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.2.intermediate.dense.bias", DTYPE_BF16, 1, { 89, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.2.output.dense.weight", DTYPE_BF16, 2, { 63, 89, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.2.output.dense.bias", DTYPE_BF16, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.2.output.LayerNorm.weight", DTYPE_F32, 1, { 63, 0, 0 }, true, 0, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "encoder.layer.2.output.LayerNorm.bias", DTYPE_BF16, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
};
static const struct golden_probe probe_1[] = {
	{ (const uint32_t[]){ 26, },
	  1,
	  "087e9779c798cce4512be715155371f3339eb33f691c4100562925dc3a368dd5"
	  "d5c0e6eebc866165f04fd5a55f745232e486d0cbbaf9e95e8908a66cfa92e42a"
	  "aa458c098b135bc05d694e9eaa0827eb4473232d70feb135993adc3d2363a8ee"
	  "a1b0a214089421543d73d43e7bcf7f7805444b309c3a0704f735f13cc1289ccd",
	  "aff14ebe546ab8aa3b9d9d7521ad6057668d403baeb7c0908b15e5a0eb7e1464", },
	{ (const uint32_t[]){ 3, 50, 22, 85, 34, 25, 28, 63, 50, 38, 31, 54, 65, 60, 83, 92, 16, 14, 75, 58, },
	  20,
	  "6faf5be0a3c30b6a4ed6746686bfdf5638ac1db168931c08fc530390f196c604"
	  "4bb2bedb06a3fed18f30c95f40c5427fa82215f7b373e2ee33b7c2b5b5fec6b7"
	  "4ec0b7594e0aae44ec62787c6f7ac9575670d78829d0ea9ee042bcbffc4a469e"
	  "80701ab5e294fbe9c48e4dc23a3d824d37c0fb31f57d06bf67ec8fe65215b67c",
	  "dd9460c35439e1d0eee196aba93723a4a40ee09335ef698e4b669e5644374a92"
	  "b441b133ddc8cf5f2baec27723e55001bf6d23f25c7cf83abac52edd0759c35a"
	  "195944a4c37c403bfe34ad7d1afd32bc076c739709234d5eb97f6a506a47a111"
	  "87f39c7b0c8c2e9a769b1f9625d7d3888d476bd4b13d3a46dc2c6121c5b1703e"
	  "a9afea613d6fca9ebbc8bba1755d253767e017b956b96510c87bca25cdfac092"
	  "b03fd4b3b579561dd0bedf0279311313b43e25c5ff805dc1cf7ae76f3d273497"
	  "db693543fe035c2e5a35ebd274f15e684e341d9547f88c0b044c3dc1d0369176"
	  "5963bd619bdf8ee74064adfe7ba0da48c52fa88c47a813182ae28554c1d8ac93"
	  "2792897b0e6b2352c642fe165d05c8242024e05d3e782472941a4e036c89dbe3"
	  "de5c95d2110d333cfd101bb9e53deecb3af72175e9ce3df4b47b4a46d4be6031"
	  "56796a361793d2ce94a1fec5f53eed4e76c8020aa640382d2eb7b38b415cf2ea"
	  "3719d623df6f1b3f4fcb36e737869679742c34455eec8319928996c95cfdbe68"
	  "e7690b3f7ddfd9acd403142a6fed9ef29961939fa4dc086b2554971be9fbdf4b"
	  "f903a345d0f7784fe055cc2ad4731c9bb812387b6465a2290edbb1052bbc036f"
	  "4d2115b4c50d09b31f1703fd3b43a3f0ac19fe26705f09a31fcde75a10ef215f"
	  "8c04acffc357c7bdc28b74202ce06b2780cdd0275c4bbf164e4d97129023f911"
	  "6e3a92dac6ff63cbbe0bb2f6124bf6acfbffb13aa24d836a20d05b079b260b57"
	  "c4f445b598f848f72879df85884d8c8a01697f54c0aa8743b1f1a4a23ce32818"
	  "b36579610481c31854ad3dd44247c96d6fd86408a9b688d39300a543d408a255"
	  "61230df74f330f93e50bc5fe5ae191171714f5cf138653bcccfb0d938f29ba49", },
	{ (const uint32_t[]){ 41, 0, 82, 19, 76, 41, 75, 74, 40, 61, 35, 46, 29, 44, 73, 21, 91, 68, 41, 92, 14, 76, 3, 4, 89, 57, 2, 17, 35, 35, 83, 50, 58, 38, 32, 61, 71, },
	  37,
	  "464fcceb1802e18ed058027190def00357a8aabd796e7c9751994c3efa115c76"
	  "b78021da94c469a10ced43f30aeebbfb2eec7c4e1d67787b9372cc3dcef2d3eb"
	  "a6b46f09bbcffc1daed90f636eec6b6b4f05947fa12803ba32b8cdc2e5010cd3"
	  "382bca05fc47c2045bfd767b35487e2246e840992acf1fdf7f0bea80ee1be19d",
	  "af950463ad29aafb7ce537558dea327389446b8050c5e8f6f8dfdf29e9f16aa2"
	  "2011987ee5dfdd1cc71e054febeccac3b3a84018d6a27574970fa75b9bb99f4a"
	  "bee697b528736eb8199030a018ded58f0b6f0559b5e7a1dbf4a2a89d0512a9b1"
	  "562b7f2db06ced8d7dd4d2a749e975e86551af4a18078465c48da63b73a5333a"
	  "79127dd6a917fa9e0fa3e26397700607068a16148b595e4a7535b027d875bf9e"
	  "c8deb47475a755d74dcfc83436a2b2b94ab8c24c94949d10a0ed590b4c94ef16"
	  "1471a9061a85872bf48b76e0550a4c76f4dfc86286c969f38ec108960458f387"
	  "70855ea8d7d4b51aefc938dc0c4b54d14f395d59b87794f3804d3c41eb8850d2"
	  "5545bf14b6d798adfdd0a1e5ea5ec9887bfa41a62cb0e25296bd2769254846d1"
	  "0f4f100536a1d7065d709f6fb5774855895efe9af899f869b37999a1c20bd297"
	  "8d31e8e82ae01e162dab6a90f916d7d761aacd420b9597ceea39131c26b649d8"
	  "002dd2c755323b07482fab5edc8c99d17ce4da32db88c77e1e17b3b489193845"
	  "2cbf41c7518efed4a981796184de44f562e042b311f2526abeb980f798122172"
	  "05ead5878b54fe2d22da239ac04066b8f7a70dde8fd3476da25989606c687590"
	  "396bb663ffefa1b60ba9e19195310cb9eba7263106628aa9edc211ad661755a8"
	  "bfdde9688bfb8285a37a7c1394bd07f53c74be6edea898455fd1b6b332078b04"
	  "b6aca55bd32435388c497d02fabac7a40727ac7639736e02285606f44694d9b4"
	  "d8c26190d7449a9bee53297a233ff423a30df1a97054982e39cb0f711f80b581"
	  "965f61feadd9409b0c95128adf0dee05ffbe581218f72b31225a02916788e2be"
	  "ba48c4ee4655dea75caa136c57ac0999291c5cdc627d2c049b26f0e1d8f10712"
	  "0ce602ebcf9632a4d51d1c80213e8ea9348a2304ad1686f12e146ff6fdb8a2fd"
	  "aee244d48690bba5aa9b1b490f2b3f62e7224a40b8ea29bca99ff38e16023d8e"
	  "4febbd680f2146dbdea17e62682ea2da37c9ea296dffe8386eb17dddade755e8"
	  "1f7d52c7e9e64667a0c789a77485e2cf88ffce966cd2f33cb3c76c9012c0d50f"
	  "1dc51788802c1f939cf719c3042b3c22e83fc3ae994344d3cf546a58fda27f0d"
	  "a131ff48565828e3a5605eb03839179c0ea12b87f6ff52a48f0305ecac22b4b2"
	  "232581c13123ef312a1448112ca7e92f33ba6c750c070279a5592d715566cf34"
	  "aec23e2731e23afc978632def705b1da3d8cee0d7d59c30af9d975fc034b8cf5"
	  "d4158f7fa71cfa3ce00f40bd637bf34a0878fc33e9e69cc2781b14dff9fa8771"
	  "cf886b0f2694ab2e53975bfe46e54a673fcd43ed325c9da41d3682c5f507cf08"
	  "d8f8935408ae290814bfed03a0c4e535c43bcc2a96d18b1aad113ee27e7130d7"
	  "1acd6cbaa23339b6893b6939668d843998ff6f64223a81704dfbc069af0eea48"
	  "91b374ecc6cb71bfe1e47c326189a86197876eaf317b5f1ebec278ed853cd8b0"
	  "0d5c242691314079c68f23318e55b7abd192128af279061bd314da3690401e41"
	  "ca4ee7fac1939ae1361480aa751dc251be03780f110705f1e7afc41918938743"
	  "7ea1bcfcb3305736fc6414fed54f078c4882e54ce443ae8ec2065128e3089bba"
	  "5607afe24e20afd2e20595af5cf55c06d4fb211f03d8e56ee440dbf36f3ce5a0", },
	{ (const uint32_t[]){ 7, },
	  1,
	  "44e1422c9b4a3706b5426f97b9349e68c387a9a361651bd3feeb711648cf293b"
	  "b30c548a9acaabf7994c4bb9fa462c46b1ada647de2fa7a715e97d8892da474d"
	  "6dcc97da590d5b9f2e757dc53e561ba216659cede8c17ff9a7a089bbc218b9c7"
	  "149ff37ee63224e18cea19d0546a2a74bf4157ae49e2c67ca40a907c9098c3d0",
	  "bccec3c07627d2969e4fe9fc8d961642cd7e7b1041894b1936ff852c9f1a25f2", },
};

/* gemma */
static const struct model_config config_2 = {
	.architecture = &architecture_gemma,
	.layers = 3,
	.hidden = 60,
	.intermediate = 53,
	.heads = 6,
	.key_heads = 1,
	.head_dim = 14,
	.vocab = 101,
	.positions = 128,
	.context = 128,
	.eps = 0x1.0c6f7ap-20f,
	.embedding_scale = 0x1.efbdecp+2f,
	.activation = 2,
	.tied = true,
	.rope.dim = 14,
	.rope.theta = 0x1.388p+13f,
};
static const struct golden_tensor tensor_2[] = {
	{ "model.embed_tokens.weight", DTYPE_BF16, 2, { 101, 60, 0 }, false, -9, { (const uint32_t[]){ 7 }, 1 }, { (const uint32_t[]){ 5 }, 1 }, { (const uint32_t[]){ 3, 90, 3, 4, 21, 20, 50, 77 }, 8 } },
	{ "model.layers.0.input_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.q_proj.weight", DTYPE_BF16, 2, { 84, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.k_proj.weight", DTYPE_BF16, 2, { 14, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.v_proj.weight", DTYPE_BF16, 2, { 14, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 84, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.post_attention_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.gate_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.up_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.down_proj.weight", DTYPE_BF16, 2, { 60, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.input_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.q_proj.weight", DTYPE_F32, 2, { 84, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.k_proj.weight", DTYPE_BF16, 2, { 14, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.v_proj.weight", DTYPE_BF16, 2, { 14, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 84, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.post_attention_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.gate_proj.weight", DTYPE_F32, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.up_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.down_proj.weight", DTYPE_BF16, 2, { 60, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.input_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.q_proj.weight", DTYPE_BF16, 2, { 84, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.k_proj.weight", DTYPE_F32, 2, { 14, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.v_proj.weight", DTYPE_BF16, 2, { 14, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 84, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.post_attention_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.gate_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.up_proj.weight", DTYPE_F32, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.down_proj.weight", DTYPE_BF16, 2, { 60, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.norm.weight", DTYPE_F16, 1, { 60, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
};
static const struct golden_probe probe_2[] = {
	{ (const uint32_t[]){ 8, },
	  1,
	  "c1672c95b570cafc185f840bae3def109ff85ccfcf6138cabf5c38951984bdf6"
	  "e26cef0af3f966873fa9e1795334ea1870a0186307aa4f6e46adcc2100ba6c2b"
	  "680256cf32596a92e8f0e86b049c96d0107db053c27bfe33f33d609f20946743"
	  "b13cc7a7c5bd1681c9f6825cc62e7cb51a1fad89041bcbc3858f562909eab57d",
	  "0caf504f61d4c00b4f6ccd43446389753b542f302df72bce31ed30ee69c0a859", },
	{ (const uint32_t[]){ 45, 73, 96, 58, 99, 86, 26, 97, 51, 33, 75, 97, 93, 38, 62, 82, 21, 16, 65, 68, 28, 72, 70, },
	  23,
	  "529fa3de9aca4f7b615febbe33107f3ae7fa6cb6efca9dbacb5a117be7661778"
	  "ad6915f00ccceb3fd7bc85b7365f4494cfd470e22b5f861bc764f188b141be4b"
	  "3d0b576163bfea73b56a563d87f6672bd661cbf8a05e4c40b1ee6a04dcfdfba1"
	  "f7ab850c1b71e2f78b1f2b100005ca771e90a3b753650029323eb1c384a41433",
	  "fd9519397753c50885724317b92aa5825cb9ae7449293c5b1424e6b762babfb0"
	  "58a3afe13832bc774815b990dfb1789abb375a100af7553f7a54887ba60be6f7"
	  "296e59be0f0f5e3c17f8a31f70977c6e21b5f48f735353c2ec51e2792976063d"
	  "1c1caf18c3331bb1c51de0e371ad7448c293b7c109acd1fc3ab1712a437fdbf5"
	  "287369b3e6591de28652d6b69df89f8712ce73ed17ed30fde485f883f4ffe9e8"
	  "8bd7a47818112ab3b991841125ff3637c2b16dfbf91cc1056f9dd24accd190ac"
	  "efadb4580b25c636a988605d6c3abad2510a37e5b38c8c679ccf3e0e2197610a"
	  "5a7d7c98ec3e6a4a9495c83d6ef89f94157e07772c5fbc1e5c2ee8ab56c18ea9"
	  "2f3fe5140168c4faf169966efef15298bd954e8e03a135a1e7fbf413067dd813"
	  "608d492076e73e8474fa380e61c7af2dbcc5dd73e677899c48acad5e42e6a235"
	  "8c935ffe6d78500fc7487e2a124f487aefa6e73a9533a731d988da59270faf73"
	  "1cf19896627c3c66358ad017a03b441b31a1a586ee10a73add78291d63c281c8"
	  "0e3591ba412f1efb104f564d29c1c5033c482e06c31693da2f9e9bdfff9ea9bc"
	  "29dc43d74c865e6516b5610acff7beb05d9276c5455c8e2a26a4c26394f5bb28"
	  "048646c4b084c6831345af5d95693a89935d543b96aee0a6e99be34bc3d65eda"
	  "a1051c04b501b5bac98d5fd86d3e9bf224123ba4d778b8f58ecff79fa8dda39c"
	  "bd8acf79729a6f60ee6a625af7b7f073aa522e0bce89940808b93eb791060c27"
	  "a7a48110d71efc33d680fb958b4625ab9279a3ebbc582207504c1dd5b445651c"
	  "ab13d5715f148284dfe5bbf2e485423c389a3e95b7c79c602bacf884347dd635"
	  "08e446ff401e5d94709eee18b21c77a0dd970a41ce600c4ffdce243b262f8088"
	  "f237516a23730200b2acdf038f6faaf567f263458eecb11d235ca9bfb5b1726f"
	  "73f4c138810ca14ba8f4a343de7d691a68431e54c17993e1716dbb0278644184"
	  "56c123791011164158fe54a15483d2accd46eae60be9deb99dc432e891ebe00c", },
	{ (const uint32_t[]){ 67, 5, 81, 40, 46, 47, 42, 98, 98, },
	  9,
	  "45eed7ac12bbb26149cbb10f90760f9148ddd78777acf2df38bdc94b136afc44"
	  "b0572a3a0d438a3482c2be486656a915b5a6eaefb8517dce671682ff88dbfc29"
	  "3b19c1d3e725cc32ab40b296032930750575023086eadec2fd6b2f7cd8cc48be"
	  "53364669d99db6208e703aff7654a93d7098161187853e030154724624dd2fc0",
	  "979ea7ee58ae0db2c5e7244845d0a4d0b8dbdf6ec1cdd23c1ce3ab7b6b563911"
	  "ab901759c1f6f95dbc7e974c02e78a6289d9ba567d5d3e0f8ae6dde5bc3fa118"
	  "8b814c03bff9680c3a360a276f46353b3c3da68ec3252c0956cc6684b6702717"
	  "d78712fa3530fea5513d77dabbbbc6cdfa381bb625919342bd76c28870790c46"
	  "9cce36c291520d0eee2e5eef65a6db75ffb3a9e3cc357ecd0559206b05ad51ad"
	  "d1fc9cdfde6712b8bf3af45eceeb3625d76783f1dd3be364a0bdc289ae06ea53"
	  "8d39385897e61d95444f5593b7a4c388b1d3c3274d0b4b9a482b0757b96a8649"
	  "38499914d73ad317a53171aa7cb4827c5d2aa11001cc6986e660d19e7da33acb"
	  "ecda526ad9d51fbb429f33d3355e47e3a0e0e52effa6214318bc35988bd54f13", },
	{ (const uint32_t[]){ 7, },
	  1,
	  "ac2cfefbc2efdbee8d7779177cda25b27a872aeaa50936b1bc63383d90e6cd73"
	  "62a584f95eab7ff454d005da198686a083006bff63463223d5d326351e7454e0"
	  "bc754e4c0ff5c29a74bef614b9e28c4618f1e2a5c23aeeb1b883eb8975e4b380"
	  "ae8540beec61208e129195b3626d9fe0b1966add95f4da2e1812e066319de72c",
	  "02f1257aeb5f30eba9ffd51b9deebbb00ae1d85409b41467dc86d43298d119a8", },
};

/* gemma2 */
static const struct model_config config_3 = {
	.architecture = &architecture_gemma2,
	.layers = 3,
	.hidden = 60,
	.intermediate = 53,
	.heads = 6,
	.key_heads = 2,
	.head_dim = 14,
	.vocab = 101,
	.positions = 128,
	.context = 128,
	.eps = 0x1.0c6f7ap-20f,
	.query_scalar = 0x1.6p+4f,
	.score_cap = 0x1.4p+1f,
	.logit_cap = 0x1p+2f,
	.embedding_scale = 0x1.efbdecp+2f,
	.activation = 2,
	.tied = true,
	.window = 7,
	.layer_set[1][0] = 0x05,
	.rope.dim = 14,
	.rope.theta = 0x1.388p+13f,
};
static const struct golden_tensor tensor_3[] = {
	{ "model.embed_tokens.weight", DTYPE_BF16, 2, { 101, 60, 0 }, false, -9, { (const uint32_t[]){ 7 }, 1 }, { (const uint32_t[]){ 5 }, 1 }, { (const uint32_t[]){ 3, 90, 3, 4, 21, 20, 50, 77 }, 8 } },
	{ "model.layers.0.input_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.q_proj.weight", DTYPE_BF16, 2, { 84, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.k_proj.weight", DTYPE_BF16, 2, { 28, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.v_proj.weight", DTYPE_BF16, 2, { 28, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 84, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.post_attention_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.pre_feedforward_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.gate_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.up_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.down_proj.weight", DTYPE_BF16, 2, { 60, 53, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.post_feedforward_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.input_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.q_proj.weight", DTYPE_BF16, 2, { 84, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.k_proj.weight", DTYPE_BF16, 2, { 28, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.v_proj.weight", DTYPE_BF16, 2, { 28, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.o_proj.weight", DTYPE_F32, 2, { 60, 84, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.post_attention_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.pre_feedforward_layernorm.weight", DTYPE_F16, 1, { 60, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.gate_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.up_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.down_proj.weight", DTYPE_F32, 2, { 60, 53, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.post_feedforward_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.input_layernorm.weight", DTYPE_F16, 1, { 60, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.q_proj.weight", DTYPE_BF16, 2, { 84, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.k_proj.weight", DTYPE_BF16, 2, { 28, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.v_proj.weight", DTYPE_F32, 2, { 28, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 84, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.post_attention_layernorm.weight", DTYPE_F16, 1, { 60, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.pre_feedforward_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.gate_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.up_proj.weight", DTYPE_F32, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.down_proj.weight", DTYPE_BF16, 2, { 60, 53, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.post_feedforward_layernorm.weight", DTYPE_F16, 1, { 60, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.norm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
};
static const struct golden_probe probe_3[] = {
	{ (const uint32_t[]){ 5, },
	  1,
	  "fddeaeabe8ce544ebe06421300ce9de230fba78ea7b1789aa62921f295c81813"
	  "ae4c2d1c127221ef9543c0d14d0cc785c797d1614226dd5e549e2791df0e3b64"
	  "8211cb9e17fbe5f8e2934198f748a220bba9b265ed0323f428d1f01e6c020eef"
	  "06231de4b600796d16269099789cabc1092aa040086646807da802bc20bd93b6",
	  "f20b50881b1045fa4021e26e6f28ebdd18001db52023204c317e55b28274227e", },
	{ (const uint32_t[]){ 18, 66, 3, 15, 41, 84, 96, 35, 98, 73, 89, 23, 66, 17, 93, 1, 84, 76, 60, 0, 48, 60, 13, 0, 65, 47, },
	  26,
	  "e119ffc0ffbd567637a95f88dabee1ce5a13c62da37748f73152f8e8cbc65275"
	  "f5d290274f7fca3d80db0b89b85055cbadf27eb6cea307835a9b0115ea06bbd2"
	  "f8d24bc5dec67ed7c6478f54f0f0cb0b9dc1c1bf74e93a4b13965d005a7b001f"
	  "d3ea119a194fe2c4b8c8a4008f5d9b323a01b7183648fe6ed30ae14e931c34f1",
	  "345520d9b425cc0d4b3f613e722aa68c41fa36a4c074277523fa4a4166210c10"
	  "fde77f1306516150e26136629c9537878069cc48b2680679002aafa55237160d"
	  "833f7d06561b5271e38a52ae35af91fe76f367554f7ca8fcccfb03c265afe157"
	  "bd95bd2b335c0f8953ae7debf9b5ad1db4e966a3c2972e3211ac8aefe4e7008a"
	  "1add51769950a2a2fd7ea8183081c8b5c53eccfaa001acba47a679a90f3e5a5a"
	  "1abd9573010412155288c00697407333fec0380cd617eec79e5031b773c93d44"
	  "e2308241c624fd155ffd7e4a0e63b763efcacebf14e36b6256903cf2b97a3812"
	  "a2f86050767272be1abe65f8bc2066552477ec667a417a16b500628312e8c92b"
	  "67348178d87b4bbd6507a8700128d19ad1b14f12c9d9e6e067025d1f90bfaea4"
	  "c2d6c1a78d108a8a80b668c3abe953e0404b3f5af0471d2705c4208fdde8c41d"
	  "8dc7a20fdee2807b085aa5923bc3c96d8ed966a626225a0bede1acb4791ab616"
	  "b0d4c57518918ea03675c97b76ca1520b48455271952947be37b46a067ec00d3"
	  "d7292cd04588fe3709c23365c5c6c1e430cdd985adaf5e267ca8b7a52c0fbd21"
	  "4d1d313305df7ee3f82bb3305da2f62cfd1547813902c6136b35c45498bdcdff"
	  "ea1fe07f825dfcac8feb6b1e95e46c140b4db7c87d1585f2b4af0e085b7e2f65"
	  "7db8c3e0ceaecc4d4d28497ae1ef027396006c0c81b928586df05617841e4a7a"
	  "93c7935fd261c4071578d0cbd1fe131718f0ccac83263ccd5351b694900a11d6"
	  "0efc392861e3395bf75b6833f239f6384f78530e390260aa6fb4d21d0249bc83"
	  "76040f6d25836dbb38cdceb3f49156bb6438902a3e70e11e0c16103de0d55017"
	  "821ac823ca2d246c46a8aca5c35d2ed7c88b36e005451e10433ade78aa374982"
	  "ca8213394fb78a359add73c1dd6026aaa091cbd71a446d7a0461f4f410767fb1"
	  "3a30e2e3d38eb0a1e4c34e5513fbe02c3909979edb31e703bcd7c508e3db874f"
	  "752d99d72c6c17cb2896f2c860faa1105a604263ed60d09ba6d06646cfce8ed8"
	  "33c5d50dba2c8aede9a1d2d49f526731bc419a38b736d3b385a2dc0696bbb952"
	  "df623df74808b148c8bbb5ffd9870cb0d43b40e3c1ba797078b81ee5b302d382"
	  "f2774fec6330e884a132cabf3d8002b873ce5b28344265a8e07cfc3dc8188ce2", },
	{ (const uint32_t[]){ 76, 71, 5, 84, 11, 43, 34, 81, 53, },
	  9,
	  "458c2b4c7f63e0580e226189feac93b92797107d84e5d9c12de415a30f5a7064"
	  "4514fd2dc28ae0a04a15883fc4ed822c05db079aa4574eca8a8aa895aa436026"
	  "b3f8e82a3e76b3747c3fc967d2568831736f4be0d5afe28889b5a0caba7467ad"
	  "b4a1c3f5a9160fc76cdd41f741ff3dea2d7578247238cb27c718bd1d357045de",
	  "6a30641f461a805a2c1383a6ed06199635dc355c8aed95eef2f5e4055d4931be"
	  "b2e2e8a9b62a685aaa9c0e5c5a99d5df6857e5b0c44d17719e905dc3e2002108"
	  "914a21e5bd1d1976fd5a1e957740797161b4ac37a1dc92034e7effb3ae9db3ed"
	  "2bd6aaebabff414d460c2ff7a58fe799bae03d482458ffa27482ddff4789ff40"
	  "78172afd5e18f2438a8725f75f6c1771ce8dbfaeff971595bf74af100bcf0e1f"
	  "76cf30ff605768ad8a36dc15391a3193a71683b2df7a41f816822d2fd667b713"
	  "83da22984b8f2e09705847f377ed5a9d7eded3254797ed7da8138a3702a86bb1"
	  "c14d5e7b581e0338cc69596a4d77ccc3b6a2b2c0a3a6b380d614cb22cbddb9fd"
	  "752ccfee277eef4bf9d72a958103196b4bebf7012828be3bd2b4e0abb435ee6a", },
	{ (const uint32_t[]){ 7, },
	  1,
	  "bb85b0e6a193b1f6745be414e4aef8c6c79383dc664ad7eb6485707d8436d147"
	  "579ddb6a356114c5c36688f50cf9899c2b17128d184a1538643bfb8ccc2271bf"
	  "6fee85f2edcb35db28415de392dfecf92e342a8d5609a4b5387afb927f06156c"
	  "ce3d191d84a78c4d4e63d9b4a10b3027a5b052aac99e3032e65d76b7af5ed314",
	  "1e7fe0905f8ba1e4dbe7dde40272f2382cf201d67797478a553bc1d2033f3a41", },
};

/* gemma3_text-of-5 */
static const struct model_config config_4 = {
	.architecture = &architecture_gemma3_text,
	.layers = 3,
	.hidden = 60,
	.intermediate = 53,
	.heads = 6,
	.key_heads = 2,
	.head_dim = 14,
	.vocab = 101,
	.positions = 128,
	.context = 128,
	.eps = 0x1.0c6f7ap-20f,
	.query_scalar = 0x1.3p+4f,
	.embedding_scale = 0x1.efbdecp+2f,
	.activation = 2,
	.tied = true,
	.window = 6,
	.layer_set[1][0] = 0x05,
	.rope.dim = 14,
	.rope.theta = 0x1.e848p+19f,
	.local_rope.dim = 14,
	.local_rope.theta = 0x1.388p+13f,
};
static const struct golden_tensor tensor_4[] = {
	{ "model.embed_tokens.weight", DTYPE_BF16, 2, { 101, 60, 0 }, false, -9, { (const uint32_t[]){ 7 }, 1 }, { (const uint32_t[]){ 5 }, 1 }, { (const uint32_t[]){ 3, 90, 3, 4, 21, 20, 50, 77 }, 8 } },
	{ "model.layers.0.input_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.q_proj.weight", DTYPE_BF16, 2, { 84, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.k_proj.weight", DTYPE_BF16, 2, { 28, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.v_proj.weight", DTYPE_BF16, 2, { 28, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 84, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.q_norm.weight", DTYPE_F32, 1, { 14, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.k_norm.weight", DTYPE_BF16, 1, { 14, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.post_attention_layernorm.weight", DTYPE_F16, 1, { 60, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.pre_feedforward_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.gate_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.up_proj.weight", DTYPE_F32, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.down_proj.weight", DTYPE_BF16, 2, { 60, 53, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.post_feedforward_layernorm.weight", DTYPE_F16, 1, { 60, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.input_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.q_proj.weight", DTYPE_BF16, 2, { 84, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.k_proj.weight", DTYPE_F32, 2, { 28, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.v_proj.weight", DTYPE_BF16, 2, { 28, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 84, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.q_norm.weight", DTYPE_BF16, 1, { 14, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.k_norm.weight", DTYPE_BF16, 1, { 14, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.post_attention_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.pre_feedforward_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.gate_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.up_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.down_proj.weight", DTYPE_BF16, 2, { 60, 53, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.post_feedforward_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.input_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.q_proj.weight", DTYPE_BF16, 2, { 84, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.k_proj.weight", DTYPE_BF16, 2, { 28, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.v_proj.weight", DTYPE_BF16, 2, { 28, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.o_proj.weight", DTYPE_F32, 2, { 60, 84, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.q_norm.weight", DTYPE_BF16, 1, { 14, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.k_norm.weight", DTYPE_F16, 1, { 14, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.post_attention_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.pre_feedforward_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.gate_proj.weight", DTYPE_F32, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.up_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.down_proj.weight", DTYPE_BF16, 2, { 60, 53, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.post_feedforward_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.norm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
};
static const struct golden_probe probe_4[] = {
	{ (const uint32_t[]){ 83, 33, 83, 93, 27, 26, 24, 47, 46, 45, 10, 31, 28, 46, 69, 65, 15, 90, 99, },
	  19,
	  "e059890e9f591247dbfdae104c9f607904f869783e6ae774b24b9aab4e2ab266"
	  "dd3d5b3b1aa84f3216ea37adc6e66990ae819de67344c62ead11c9409fff0417"
	  "b7f0f7fae1c8fde383b15dc1b4f2e705c63eead27e87301fe99c46d2bc7ed3d8"
	  "8abff56f5e51bd842e5582cfcaf79f130a0a57ad7660a500239fa5e4761d707b",
	  "7beb731ec4c863f055388ba8e172d0dd27411e9ed04f37c74d87d6ba6d8b56d6"
	  "ef4b5920154d55f94c13c3619f258ecbce6e9d207f19ab02bfd3725b537f55de"
	  "3fff4ab73adc5a4b9b3dd20391471d865eb0a8c9e0678e44df60ce5347021eb9"
	  "6d0f436f0d9f4273073e5ff6e8f9cc9ad7d61959f45b4eb8f45003a6587072f5"
	  "01be3a16b2c4687aca6d3ec61eb83f1a032500393e8b6627bc1dfc69c77741a9"
	  "bab87b3e1a706d1b12ee01db9eb4b53e0c12c302cbcc5fd9d6a1f1a2b2289d58"
	  "f104a3674c852c247173ea2bffa43c94fd90baeb8670881e1674ff260f060055"
	  "0bcccdf662e789e3349b445ad26af52b85191b8664eb9a1f137ef0587a49e4c0"
	  "b7427c5dd932bc9bd408c5d3e2580cb7e7167b08af7222963369d5d519f9439f"
	  "2869881fd6e3824e7a1271da27c5b2a55c852f9a9a9055217e843ea9924ce3f1"
	  "0c30620ad3ba29c4323e1b12cabcfc0165cc53d302ca52550ae16a1b4fe6446f"
	  "c0b8ad5b238b92f4a99492cc7fe4c18a63c65a03c78f6677b208768f441ceb75"
	  "7eeaf77e0ae4e74d066993287726be11af6fb982545b19e98fba45d331b4b2e7"
	  "adfb1066d498d3c8547114f4b43a947b5e996408876650bb01903d32ec39f8be"
	  "56b0d196772553993a721569354672fbd39757e382d1ebead7d0a9805c733318"
	  "b3b8f70facabb7f59da50b10165a869d5c2d3225a35f56884f9b8b5e92608e1c"
	  "5d78a0f4cbb3c4551a5835db2ae5b7a7677eb7d1bebf69ef12b74470da3ac0b7"
	  "00a0eb8d818c7e55d66bec41c6158ac575ed896152edabcece1236c1d935613f"
	  "9c7dd18e4c0ffde0aed2490786490aa07f0e42b7fe3371adacdb514c034e2854", },
	{ (const uint32_t[]){ 7, },
	  1,
	  "d206817fea4febffd292421d486e8d8b7f94558da18cfedca8c957d9a009cec3"
	  "a67f9ee2e08235357d203d64292537d85b98370358f6fec7531b72a1ea716221"
	  "677735b1695597e3e8d4afea592a0b0f1014ea526fdf91daee3134b37f143e6a"
	  "d579ced116275b3af2760700e3f337938662b7b740b97883f10119e5df66ad1e",
	  "b61d31b48629bbd09490f4f75eda9324561a16f50b1cd9797dccb3d4572b7022", },
};

/* gemma3_text */
static const struct model_config config_5 = {
	.architecture = &architecture_gemma3_text,
	.layers = 4,
	.hidden = 60,
	.intermediate = 53,
	.heads = 6,
	.key_heads = 2,
	.head_dim = 14,
	.vocab = 101,
	.positions = 128,
	.context = 1024,
	.eps = 0x1.0c6f7ap-20f,
	.query_scalar = 0x1.3p+4f,
	.embedding_scale = 0x1.efbdecp+2f,
	.activation = 2,
	.tied = true,
	.window = 6,
	.layer_set[1][0] = 0x0b,
	.rope.dim = 14,
	.rope.theta = 0x1.e848p+19f,
	.rope.scaling = 1,
	.rope.factor = 0x1p+3f,
	.rope.original_context = 128,
	.local_rope.dim = 14,
	.local_rope.theta = 0x1.388p+13f,
};
static const struct golden_tensor tensor_5[] = {
	{ "model.embed_tokens.weight", DTYPE_BF16, 2, { 101, 60, 0 }, false, -9, { (const uint32_t[]){ 7 }, 1 }, { (const uint32_t[]){ 5 }, 1 }, { (const uint32_t[]){ 3, 90, 3, 4, 21, 20, 50, 77 }, 8 } },
	{ "model.layers.0.input_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.q_proj.weight", DTYPE_BF16, 2, { 84, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.k_proj.weight", DTYPE_BF16, 2, { 28, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.v_proj.weight", DTYPE_BF16, 2, { 28, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 84, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.q_norm.weight", DTYPE_F32, 1, { 14, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.k_norm.weight", DTYPE_BF16, 1, { 14, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.post_attention_layernorm.weight", DTYPE_F16, 1, { 60, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.pre_feedforward_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.gate_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.up_proj.weight", DTYPE_F32, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.down_proj.weight", DTYPE_BF16, 2, { 60, 53, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.post_feedforward_layernorm.weight", DTYPE_F16, 1, { 60, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.input_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.q_proj.weight", DTYPE_BF16, 2, { 84, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.k_proj.weight", DTYPE_F32, 2, { 28, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.v_proj.weight", DTYPE_BF16, 2, { 28, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 84, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.q_norm.weight", DTYPE_BF16, 1, { 14, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.k_norm.weight", DTYPE_BF16, 1, { 14, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.post_attention_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.pre_feedforward_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.gate_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.up_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.down_proj.weight", DTYPE_BF16, 2, { 60, 53, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.post_feedforward_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.input_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.q_proj.weight", DTYPE_BF16, 2, { 84, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.k_proj.weight", DTYPE_BF16, 2, { 28, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.v_proj.weight", DTYPE_BF16, 2, { 28, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.o_proj.weight", DTYPE_F32, 2, { 60, 84, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.q_norm.weight", DTYPE_BF16, 1, { 14, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.k_norm.weight", DTYPE_F16, 1, { 14, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.post_attention_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.pre_feedforward_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.gate_proj.weight", DTYPE_F32, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.up_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.down_proj.weight", DTYPE_BF16, 2, { 60, 53, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.post_feedforward_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.3.input_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.3.self_attn.q_proj.weight", DTYPE_F32, 2, { 84, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.3.self_attn.k_proj.weight", DTYPE_BF16, 2, { 28, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.3.self_attn.v_proj.weight", DTYPE_BF16, 2, { 28, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.3.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 84, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.3.self_attn.q_norm.weight", DTYPE_BF16, 1, { 14, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.3.self_attn.k_norm.weight", DTYPE_F32, 1, { 14, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.3.post_attention_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.3.pre_feedforward_layernorm.weight", DTYPE_F16, 1, { 60, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.3.mlp.gate_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.3.mlp.up_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.3.mlp.down_proj.weight", DTYPE_F32, 2, { 60, 53, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.3.post_feedforward_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.norm.weight", DTYPE_F16, 1, { 60, 0, 0 }, false, -10, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
};
static const struct golden_probe probe_5[] = {
	{ (const uint32_t[]){ 32, },
	  1,
	  "1e9c5ba02823c5915c9677c8e85048ce0af630a6ae95fd6ee63e3e5d5480654a"
	  "b9d2c078a6a2d5358676fe285b789497866e1b146dace213c374efa042a53d64"
	  "27e399d3b0319367d9f589763fd4e903dd17e6b948c7bb1b2b066368e745f0dc"
	  "eed6174f831d2874c81c5a76319a1d2f6b65a766d26febbd30d22374f552cce6"
	  "ded3a191aa04ac3c1e4613a8d918af36210e15bc6538d717a20c70bcdf8260b0",
	  "99ca5a15bb3178d53e849909b916e4a4eee5bf59f470f2b5d7630429e9048769", },
	{ (const uint32_t[]){ 71, 99, 61, 69, 4, 29, 98, 19, 0, 45, 2, 99, 33, 62, 44, 26, 91, 27, 4, 57, 3, 55, 24, 20, 74, 62, },
	  26,
	  "45c120df32f51341ba67b16315111adce57564b61e38424d9cc5bf88cbdb13b4"
	  "894eedf44a27fa3bc23a8f4f63100b753c55346f6d22865feefa9fb862e87254"
	  "164bb5978347677f8f99ddb54642328107ca85f2081a306a63a298ce3f6e25f9"
	  "01146d632f5cba83769b64ca3744d007d009ab8e5a7059fe5db6e429b59427cc"
	  "34772b15ab4d5011ed330606ef710db81131626bdfc4021e2850fe3e63b5c23a",
	  "a583a05fde8a962a8f14fbe8f93c8f28ef578400d79f43dfdefba989e849133a"
	  "badcadf597827308ea620517fd2ca3f93c85f89d1972fbe7dfd94a52720b5e22"
	  "178e8b3decf66375f48fb7a089ea4f146ba26ffc20898fa87d7ee8714b719995"
	  "7ca9bb41d7712b267995e8233105ff79161e74f9219b9ff3368870ebf840cc70"
	  "cfa16090766f7b909e3625fb897401b4c88954a973f893909adcfdcb5d1e10b5"
	  "486fdd9ef6c0faf53b7996eda6e8405c73674379bb3845d1c7c1a42807e00f53"
	  "77ddbb88d92bd8048f8b1cd6628236089da7371908116c08332b47aa62475ecf"
	  "3be31e1c343762aad196cef34fdf9362689437e425cdf93035ae62221590802b"
	  "ea40cbc49b5117ad9a253c94fdce593e29cd15f34172cde03d9d9abc7b8f263d"
	  "b4c35d672ff34c7022e92579dddfee77c7360a0158e5ddda2ea9ffb0c25b276d"
	  "83cf0cc04769d51242edb97aa8d1279a73afd24da1cd300fee87eb6b6897ba35"
	  "5481e96293c998b44c3576772dcc284f8161da76debd509b3a53bda2d6f0b018"
	  "a1438e3288aec58a517fba4697a3c7647700cb785dc627475719c1bb4e24afbf"
	  "d7df1010205c2aca60a2b5d408ef8a0e7a8a8766a8046228c7a7d9061b13b07f"
	  "7cc765b31e959dc81ad1042a5faafc33db50dcbcbb826d0071ae9eca96df3609"
	  "c68bb9ca131e223c740052f5d7919641fabd4fe3476cdcd38853a39bdab9b9f7"
	  "f24d103d37be8afe8575cb209e6b99aed15dc1576aebbeb15efbdca2a5ddd0ef"
	  "dbdd67b4425a006c77a09dae79078a9a20d3bacffbb58f8d17c2d9c080a62819"
	  "cd2778d9cef4cc158eb6277e4f39997d5bebb4ebbfe1479b15381c3da1dd4bca"
	  "1656b26beaad0cfdbb3ffe9212a58512b54ae2e9fc97d3068aba625875fcf6b9"
	  "a75e39fd014ad5074df0c913fa102e2176e9ea19ef6f5520e102600257f5760f"
	  "7be9624d89dff122cd1d7df971ffda30379432d0c816cc763a3fa234771e6bbd"
	  "3c08110688bb3e7c8d0ae6057fc4b637807e10609a279d56f9dabc4cc12b4733"
	  "97be3718f804093f2c5b386e1bd2f9648ca170044a4c074de15aeee70e168ab5"
	  "c09a1849361498f2900d521db3af1ca0f78e6d303387a077dfc97acf498fbdf5"
	  "6de72f2fcd4f50b3869a5ee6d6a085d32bf547a92ccd61afa940871d2191d9b5", },
	{ (const uint32_t[]){ 78, 0, 61, 100, 44, 82, 28, 0, 90, },
	  9,
	  "2fdd94e523a46b01bbb2b26560d16420ddec51601c801655dc67b53249e63a13"
	  "5b8141c791bab5416ff8a7ba567326914443a60cd4093e0f3b2613c38c62d622"
	  "f5f1c19b7a60335563c2f2fd07613499e99dfdb252df398fab7420c5614bbaba"
	  "da538f2b81025af83ab37c6369ba2f80872922591ae40e661475be779f56704d"
	  "385f0c11e53215ddc347544008110c054420355a28244946cf753495bc77fe2a",
	  "3008c998962b4853f28470262f325383be4de18eb0946a381ac7e1691ae739ae"
	  "0ff99a5b0712d79ca9ad676c2e328159dd29b773b6dee5f6f42f401069a03033"
	  "bb2192512c9f7e074e85fb6dd6255eae5c05cdfc0bc3b734df28297d9a8c8b9f"
	  "939ff987e100ee96fd1e09b8436e6cf12bbde7136314c81f6125896a198f1bed"
	  "8cd6517e5fdcee1406f969a413a7f2354bb3306605d70e53116a9fb175d1ea72"
	  "3d4e7e0af19b90f53dc56c532470975ef37bb6a960d6bb5858eab7f39149b2fe"
	  "2e39026e8d2ff3a904051960523fea81fe8910a16423a40c9503ba24ce10dc88"
	  "eb3d34ceea48ffee47aa3a822346a7b4f74af5ca727ae17d8e48590eae78666e"
	  "e6084ed32bc2cba74daf9d2ce8807d9a8020a7ab0865568a1e2a805505f4d0ad", },
	{ (const uint32_t[]){ 7, },
	  1,
	  "76af7013b21a5cd126b0ccc7d7e88148d95c70512b00a35b9f7d5d7487bf3567"
	  "62fe7fee18e98007755a2c69a5fdadf1094d2693035646fa2f8612ae5bfe5ea8"
	  "3416d377acc20fa490bf4a7ea3e1b798784e23b6c29c0f5f262d79e1d85cab78"
	  "55ab9094946fa279cc2ae3ad4b16633f345e8a506b08a5f948b019a910d4dabb"
	  "266e1eedf9cd05031b78fe3a94fce7334660caf9a1cc149c026dcf861a56032b",
	  "00344d38240fac02e8dc723b1e5fb749a79bbc6191e649a6f594502448a54868", },
};

/* gpt2-relu */
static const struct model_config config_6 = {
	.architecture = &architecture_gpt2,
	.layers = 1,
	.hidden = 52,
	.intermediate = 71,
	.heads = 1,
	.key_heads = 1,
	.head_dim = 52,
	.vocab = 101,
	.positions = 40,
	.context = 40,
	.eps = 0x1.4f8b58p-17f,
	.activation = 3,
};
static const struct golden_tensor tensor_6[] = {
	{ "transformer.wte.weight", DTYPE_BF16, 2, { 101, 52, 0 }, false, -6, { (const uint32_t[]){ 7 }, 1 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "transformer.wpe.weight", DTYPE_F32, 2, { 40, 52, 0 }, false, -8, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "transformer.h.0.ln_1.weight", DTYPE_BF16, 1, { 52, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "transformer.h.0.ln_1.bias", DTYPE_BF16, 1, { 52, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "transformer.h.0.attn.c_attn.weight", DTYPE_BF16, 2, { 52, 156, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "transformer.h.0.attn.c_attn.bias", DTYPE_BF16, 1, { 156, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "transformer.h.0.attn.c_proj.weight", DTYPE_F32, 2, { 52, 52, 0 }, false, -9, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "transformer.h.0.attn.c_proj.bias", DTYPE_BF16, 1, { 52, 0, 0 }, false, -8, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "transformer.h.0.ln_2.weight", DTYPE_BF16, 1, { 52, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "transformer.h.0.ln_2.bias", DTYPE_BF16, 1, { 52, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "transformer.h.0.mlp.c_fc.weight", DTYPE_BF16, 2, { 52, 71, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "transformer.h.0.mlp.c_fc.bias", DTYPE_F32, 1, { 71, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "transformer.h.0.mlp.c_proj.weight", DTYPE_BF16, 2, { 71, 52, 0 }, false, -9, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "transformer.h.0.mlp.c_proj.bias", DTYPE_BF16, 1, { 52, 0, 0 }, false, -8, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "transformer.ln_f.weight", DTYPE_BF16, 1, { 52, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "transformer.ln_f.bias", DTYPE_BF16, 1, { 52, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "lm_head.weight", DTYPE_F32, 2, { 101, 52, 0 }, false, -9, { (const uint32_t[]){ 11 }, 1 }, { NULL, 0 }, { (const uint32_t[]){ 3, 90, 3, 4, 21, 20, 50, 77 }, 8 } },
};
static const struct golden_probe probe_6[] = {
	{ (const uint32_t[]){ 85, 43, 81, 33, 17, 85, 12, 2, 53, 0, 98, 67, 28, 18, 65, 88, 40, 30, 61, },
	  19,
	  "7c66675bba71f22e158b0e7e72f5fc1cb2df315a0b2afa3f50cbb18a99060ab4"
	  "67e7ef734dfb621d67c7d234ec5ef7f11572ded64e76c64cff42cd887a691c95",
	  "a3d7c27ce0fed1b8f538e2e8ede455808940c3def515d7734bf1bfe3f64c11a8"
	  "67281daccda41dd00a579e50552f740a30a02245b44691ee6cb91f22f89fd6ad"
	  "b99e2b21d8866ecadc040a7e6ff4f70d9f4942a0494d670600d5df84e99ef597"
	  "0ba44618f0c5eb006e836acc921a3db343223ec517d386cf834e025a93e175ed"
	  "89ce39ea3ab2a99bd51b0385329dc3a9c677314e596a24656a83c01cdc4bb1e1"
	  "21b2fe7de762e4f4ce59fb184d3086f2048de8f897161382bf0bfd349504f0ac"
	  "a722bd1f4c66c838c6f3850dc5eccb99737173a1117355286d3c18f96cd161bf"
	  "1d64a76b285162af779b52053af67b5f185c3ee2f5fcf21f394a0338a664a024"
	  "acfca465d8b76e27cd407b5569531eed1430a118d1a3c5854f6da24645e84e04"
	  "08e6897a6c799695838bb9c7c4c95d41ab5c448de4d26316c35119946f38eb3a"
	  "a3a1677a2ece1005c5ee75ed4311dda6e4eecc6ce21d603e990a2ad6781c16af"
	  "0b6ce7b4a15c3560cffc1fc1fab1d0d0cdbdd4eaa1073f8c50c19779a879a420"
	  "339be3fc094312ea9162962c09509ec913a7fa6342ee1b1fa89f8a4949c31049"
	  "54d1644149fba1f7e2ff123ed60ce9942df044ed217d3d967defd5543bb09b5e"
	  "d57317e4479c6387a1277aa05c88dd823c3e802c39d0b1096484abb9bb2bdc3f"
	  "0997981d8b3fd2c63a135f18bcd6ed3b7988efa4121d61535d855858cc1310d6"
	  "10af827744a9c6814b684fcf5f829ba2d943bc7a5edfd19901c3c59fb8a014eb"
	  "fec2506c216fd5d45d376bf0162a7d4f2fa845345ab6012b6b4c938493360879"
	  "c19fb78f4362731ed8662cf9e11b88ea2d73b85ff4ec335e85102342f1b53316", },
	{ (const uint32_t[]){ 7, },
	  1,
	  "74952daf13618079aa1829517a3e8adc35b0cce5052228ae9ad9f0382564ceee"
	  "d0eb9687a6127633bf5e5615130a4908f09091dd4f2cfcb6c141d9a642a01229",
	  "d121f41246eb02ff85c705e01215dcb2278c56829cb4d436d8432690fa833fcd", },
};

/* gpt2-untied */
static const struct model_config config_7 = {
	.architecture = &architecture_gpt2,
	.layers = 2,
	.hidden = 52,
	.intermediate = 71,
	.heads = 4,
	.key_heads = 4,
	.head_dim = 13,
	.vocab = 101,
	.positions = 40,
	.context = 40,
	.eps = 0x1.4f8b58p-17f,
	.activation = 1,
};
static const struct golden_tensor tensor_7[] = {
	{ "wte.weight", DTYPE_BF16, 2, { 101, 52, 0 }, false, -6, { (const uint32_t[]){ 7 }, 1 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "wpe.weight", DTYPE_F32, 2, { 40, 52, 0 }, false, -8, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "h.0.ln_1.weight", DTYPE_BF16, 1, { 52, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "h.0.ln_1.bias", DTYPE_BF16, 1, { 52, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "h.0.attn.c_attn.weight", DTYPE_BF16, 2, { 52, 156, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "h.0.attn.c_attn.bias", DTYPE_BF16, 1, { 156, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "h.0.attn.c_proj.weight", DTYPE_F32, 2, { 52, 52, 0 }, false, -9, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "h.0.attn.c_proj.bias", DTYPE_BF16, 1, { 52, 0, 0 }, false, -8, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "h.0.ln_2.weight", DTYPE_BF16, 1, { 52, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "h.0.ln_2.bias", DTYPE_BF16, 1, { 52, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "h.0.mlp.c_fc.weight", DTYPE_BF16, 2, { 52, 71, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "h.0.mlp.c_fc.bias", DTYPE_F32, 1, { 71, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "h.0.mlp.c_proj.weight", DTYPE_BF16, 2, { 71, 52, 0 }, false, -9, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "h.0.mlp.c_proj.bias", DTYPE_BF16, 1, { 52, 0, 0 }, false, -8, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "h.1.ln_1.weight", DTYPE_BF16, 1, { 52, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "h.1.ln_1.bias", DTYPE_BF16, 1, { 52, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "h.1.attn.c_attn.weight", DTYPE_F32, 2, { 52, 156, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "h.1.attn.c_attn.bias", DTYPE_BF16, 1, { 156, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "h.1.attn.c_proj.weight", DTYPE_BF16, 2, { 52, 52, 0 }, false, -9, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "h.1.attn.c_proj.bias", DTYPE_BF16, 1, { 52, 0, 0 }, false, -8, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "h.1.ln_2.weight", DTYPE_BF16, 1, { 52, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "h.1.ln_2.bias", DTYPE_F32, 1, { 52, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "h.1.mlp.c_fc.weight", DTYPE_BF16, 2, { 52, 71, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "h.1.mlp.c_fc.bias", DTYPE_BF16, 1, { 71, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "h.1.mlp.c_proj.weight", DTYPE_BF16, 2, { 71, 52, 0 }, false, -9, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "h.1.mlp.c_proj.bias", DTYPE_BF16, 1, { 52, 0, 0 }, false, -8, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "ln_f.weight", DTYPE_F32, 1, { 52, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "ln_f.bias", DTYPE_BF16, 1, { 52, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "lm_head.weight", DTYPE_BF16, 2, { 101, 52, 0 }, false, -9, { (const uint32_t[]){ 11 }, 1 }, { NULL, 0 }, { (const uint32_t[]){ 3, 90, 3, 4, 21, 20, 50, 77 }, 8 } },
};
static const struct golden_probe probe_7[] = {
	{ (const uint32_t[]){ 29, 40, },
	  2,
	  "5babd103e5d698f7fb529ff4e6b69c95ac84cebcd528d4ec266fef91e93ec4ad"
	  "28ae05b148e67dc2e265f329b64243704ce17db1c6029a498cf4410756c53bc2"
	  "6b360e4d64f1d6515c04a5eac7e632056e3cda012881d5e8dde46a8ac92d906e",
	  "569f7fa1f0330aa0fe9c00d64059153de94515e99ec02f34b607f681e40758fd"
	  "760c93fa1a73e5ccd81f4d5c1b235ec5f6b2b21f04d94597a477dfd3ddf07536", },
	{ (const uint32_t[]){ 57, 5, 44, 85, 60, 40, 69, 100, 32, 87, 90, 67, 54, 95, 48, 52, 10, 47, 64, },
	  19,
	  "fc8ce3711e96c85f5b9bc0c88200fc16c90fd82ab8f01ad1eff39460b59e3f28"
	  "58d564e2bf31821b6c427e142946a33d29188a7251c3a8cac522b111733dfd12"
	  "3a5bc5fb642a1070d608725e926d603bfa7f0f98e3b2150adcf984c46a741625",
	  "1ac71cf51a2af63581b50bd8b562b7517c7cfd40559df16bcf177c8272334d92"
	  "d47611237955bac2490c3825735b5f9a6bbe6d145447a64e13d463f52e212181"
	  "e86aeabe36954bee9cf3ce811c41360d9513b2f099dd18a3952a3173d7c34ea6"
	  "98b4e6dfb378cd5d8ff69453ffdd61db3d72d08554e7d5dee393bdf5f43245f0"
	  "3d8539a42f73336c025ae0009affd355abfa28630ebe01206d1de46a27de1d64"
	  "e2ade3ec4418bf7caf482c395ac500f0f2984c2bed5814724da2a52ecf5907fa"
	  "ae5d425502c85aa5959a00161b48562e061f0d18ff9579d46707782585740d24"
	  "6c5123fb3ca92ca0c7417f9d3f91f769eb50229cc8ecaeb4260e2c3897faa611"
	  "168b3754cc592bd0fef66f3c8baa9ec3e4d8c64f8e5ec229bd9488c8038f33fa"
	  "ebfa524097afc2fa279991d41a38d0a41091f8120f75c502e64831bb18a5fdf4"
	  "5d68cdb169b660264860d36ffea3f104ec10e5c9526f0923406875c713f9269f"
	  "3b13ab7a835f70982f9c71b79745624eaf0f03d989bb0783c92eb57931c84981"
	  "e32f5c8ed6e342a328233c79f9f111c5db55fa458c4125d96e9edbe5067aad12"
	  "495e3cf16c4704014ba9a3225354506aa73bf32d6a64509ebc781062bb455aa7"
	  "70cde4947cd96d00449fa6d3e66a8cbd74c7aca6592c4495a44fd191ad94105d"
	  "81a245e51821c7b704ebeaddc82919574fa6deff51d70c4c95067ee10336be59"
	  "dee331f8436d265d943915264c5899e39344e32230ca0d8f6b82d8992eebc8ea"
	  "d386974f5155db924978b2e6bad61509c50e44dad5ea0e704439905545d3d7b3"
	  "644d01e0b6c8faf82c4fa9337d3773c5c3db7b2e82f1de4cbbc653a17a1b5e6f", },
	{ (const uint32_t[]){ 7, },
	  1,
	  "a91c93eb801110395349bedc51b3c7dc31a4fd3a1edc4ba9814ccb72accb03f8"
	  "5e5b6e65d947829566e35f7cc16420ddd322d54e12c2d056082a3d61f34d28af"
	  "877f419161c752e0dc3b5c5ed62172b0850be2e25054c9cc431a4a6425cbef27",
	  "f012be1dfa194612c9eda20baf3a914d2d7dbd3073f84c32ccc0d847bcc59c4c", },
};

/* gpt2 */
static const struct model_config config_8 = {
	.architecture = &architecture_gpt2,
	.layers = 3,
	.hidden = 52,
	.intermediate = 97,
	.heads = 4,
	.key_heads = 4,
	.head_dim = 13,
	.vocab = 101,
	.positions = 40,
	.context = 40,
	.eps = 0x1.4f8b58p-17f,
	.activation = 2,
	.tied = true,
};
static const struct golden_tensor tensor_8[] = {
	{ "transformer.wte.weight", DTYPE_BF16, 2, { 101, 52, 0 }, false, -8, { (const uint32_t[]){ 7 }, 1 }, { (const uint32_t[]){ 5 }, 1 }, { (const uint32_t[]){ 3, 90, 3, 4, 21, 20, 50, 77 }, 8 } },
	{ "transformer.wpe.weight", DTYPE_F32, 2, { 40, 52, 0 }, false, -8, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "transformer.h.0.ln_1.weight", DTYPE_BF16, 1, { 52, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "transformer.h.0.ln_1.bias", DTYPE_BF16, 1, { 52, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "transformer.h.0.attn.c_attn.weight", DTYPE_BF16, 2, { 52, 156, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "transformer.h.0.attn.c_attn.bias", DTYPE_BF16, 1, { 156, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "transformer.h.0.attn.c_proj.weight", DTYPE_F32, 2, { 52, 52, 0 }, false, -9, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "transformer.h.0.attn.c_proj.bias", DTYPE_BF16, 1, { 52, 0, 0 }, false, -8, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "transformer.h.0.ln_2.weight", DTYPE_BF16, 1, { 52, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "transformer.h.0.ln_2.bias", DTYPE_BF16, 1, { 52, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "transformer.h.0.mlp.c_fc.weight", DTYPE_BF16, 2, { 52, 97, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "transformer.h.0.mlp.c_fc.bias", DTYPE_F32, 1, { 97, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "transformer.h.0.mlp.c_proj.weight", DTYPE_BF16, 2, { 97, 52, 0 }, false, -9, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "transformer.h.0.mlp.c_proj.bias", DTYPE_BF16, 1, { 52, 0, 0 }, false, -8, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "transformer.h.1.ln_1.weight", DTYPE_BF16, 1, { 52, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "transformer.h.1.ln_1.bias", DTYPE_BF16, 1, { 52, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "transformer.h.1.attn.c_attn.weight", DTYPE_F32, 2, { 52, 156, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "transformer.h.1.attn.c_attn.bias", DTYPE_BF16, 1, { 156, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "transformer.h.1.attn.c_proj.weight", DTYPE_BF16, 2, { 52, 52, 0 }, false, -9, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "transformer.h.1.attn.c_proj.bias", DTYPE_BF16, 1, { 52, 0, 0 }, false, -8, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "transformer.h.1.ln_2.weight", DTYPE_BF16, 1, { 52, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "transformer.h.1.ln_2.bias", DTYPE_F32, 1, { 52, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "transformer.h.1.mlp.c_fc.weight", DTYPE_BF16, 2, { 52, 97, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "transformer.h.1.mlp.c_fc.bias", DTYPE_BF16, 1, { 97, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "transformer.h.1.mlp.c_proj.weight", DTYPE_BF16, 2, { 97, 52, 0 }, false, -9, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "transformer.h.1.mlp.c_proj.bias", DTYPE_BF16, 1, { 52, 0, 0 }, false, -8, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "transformer.h.2.ln_1.weight", DTYPE_F32, 1, { 52, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "transformer.h.2.ln_1.bias", DTYPE_BF16, 1, { 52, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "transformer.h.2.attn.c_attn.weight", DTYPE_BF16, 2, { 52, 156, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "transformer.h.2.attn.c_attn.bias", DTYPE_BF16, 1, { 156, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "transformer.h.2.attn.c_proj.weight", DTYPE_BF16, 2, { 52, 52, 0 }, false, -9, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "transformer.h.2.attn.c_proj.bias", DTYPE_F32, 1, { 52, 0, 0 }, false, -8, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "transformer.h.2.ln_2.weight", DTYPE_BF16, 1, { 52, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "transformer.h.2.ln_2.bias", DTYPE_BF16, 1, { 52, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "transformer.h.2.mlp.c_fc.weight", DTYPE_BF16, 2, { 52, 97, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "transformer.h.2.mlp.c_fc.bias", DTYPE_BF16, 1, { 97, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "transformer.h.2.mlp.c_proj.weight", DTYPE_F32, 2, { 97, 52, 0 }, false, -9, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "transformer.h.2.mlp.c_proj.bias", DTYPE_BF16, 1, { 52, 0, 0 }, false, -8, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "transformer.ln_f.weight", DTYPE_BF16, 1, { 52, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "transformer.ln_f.bias", DTYPE_BF16, 1, { 52, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
};
static const struct golden_probe probe_8[] = {
	{ (const uint32_t[]){ 51, },
	  1,
	  "58275a657ea4f4216a27b09fe85b4221ef452049a9e3dca47360ecb6d95cdb1d"
	  "bcd8c25215226d35987a088fd720980a127adb339db4c1aa55bd39e2c595abf7"
	  "c3b0b0774d5f92b1b50b43ab852be1705bf84d47897cbb1085c274adb9bdf269"
	  "4e8ed5c54ab5d2c987fb17bedc87e1569aafd1b709e6b51edd3510835fb48ee4",
	  "6f9b02949b29376c60009699327510a0e84cb66c5a826e90b5dcd99e2fdd8941", },
	{ (const uint32_t[]){ 75, 78, 35, 98, 61, 44, 53, 3, 0, 77, 50, 83, 44, 89, 31, 79, 64, 60, 51, 5, 60, },
	  21,
	  "85eef86b65eecd05097f2579e9b06c0a84ed77afe053037d776576c4bea6eb09"
	  "c89704c3bc1124241089cf2169cad30adfa12f32138af8b793c1e15b93effec6"
	  "a3255483176fc38deb6e5014795ff997369e8cf48f8bdcbe37cd09af0530f4c8"
	  "a580d9d48380141c0ade2ed2d3b88a4a4ea091b4fe548923f9b3d881322ba6f9",
	  "96a13065b14064880187bd0eb56ff4f286cff11d4ba7ae79ff4d846f6d1827c6"
	  "8096af263051bede49a012a391c9a25f23b9998f4ed615352973ec158d48c9f3"
	  "c361638c878bcd035084c605b8ebad2265b3a8bc2472b531efe2582e7f7d82cd"
	  "d46c08838cf8be7c78022357fb7e7080a7369e451cdbe022f69bf7fb709faa62"
	  "31dde311d3fb418abefa5c920da2ea1ad4117e1a94c6a43718f60698207a3f09"
	  "1ef67939d5c957cd70704945f7c8cd9a8004733d447d094db4735d3d023d60cc"
	  "7ec5445f426da8d757ca6e9675d37bdb7bd499035743a53040c8646676f943b5"
	  "8dc3ba784f16a49fdd230ff57b96f95b6d381e7642266f28d1c71ae9dc43e7c9"
	  "238fa33683a777660fdbb54f9c54fcc5b9bc06f1de8bbada4dcc438be06a9c41"
	  "f9935b8bc9b4e51bb212b1c198a86612612c96f411636ff1781aff3dc5042f11"
	  "3e872409fbf7dd777169f2646f52bc1534ed916cbd7753396f47bed9337c4a35"
	  "59515ae689e2f1bd1830d32840ab5f2fe02b07cd81582cc51a8a35040275956c"
	  "6c2ea177db55a454fe2bbe5dcb111279d30b078135bf2de46df567ac474821b3"
	  "5c813187cf3729677f7b553e4f4b8bf4e4391ce577359c326f112f4445f0df73"
	  "9cd44e3a056d5ceaac72699ad4e8c1aa85f0d60f6b8d31936452ce508b5e1b98"
	  "e98c984f1cba0e4622d5ea23aed492220d82afe3a5d79a80e81a363f91afb408"
	  "a585d9f1595427adbb3e5da6a8b788cadfe467e0a1647b25a0e718873ff9d05f"
	  "b5987e51456662bf2d498142ab783b439645c76f56ebabd68e52843d9b5e5319"
	  "1fc232836d59782b4389c9191671a394028356aba6a90318de4003a1df54a903"
	  "4a9c10975fad2d5b94fd771e01d259d21275f4d6eb326a79dfd0bcb65bbc24df"
	  "72f395fbd74a8fb3716446c57bda1478e272df0c2c62e0d42b9038e7973cab1c", },
	{ (const uint32_t[]){ 38, 1, 14, 54, 70, 95, 34, 87, 75, 7, 74, 61, 32, 12, 5, 51, 75, 61, 52, 97, 49, 29, 74, 81, 73, 24, 34, 23, 96, 79, 84, 37, 91, 17, 36, 91, 14, 1, 50, 43, },
	  40,
	  "8d1ddba19039fa2fd0d0dc8d36e452a80d4d9b3325f531bcfe3b3033d330c7ad"
	  "11199dd0d2bfb8b275264cfc63f16aa96941603b8f43ee5fc3cf1fcede659712"
	  "7d2a3d3a48903e2bb78d43faf3e4d9bb4fe8c08e164de7f1d326acc152f05ef6"
	  "caba1dcf82a7d2e0abc7710865846b5c406ad36797e80d3c59fc47b9e9f40a93",
	  "fa80868e6d0878fd8889aa4d42180358de5f9e02cb6f71389d58c175c9af99df"
	  "149f7553a987f93a4737c339cf072cd8652e0e5001f0c8865d5ee0521e8bd2bb"
	  "4f8c4970f40fcab2ddc386adf13f0fdb4fc67818436ec86ae43b1441beb5a5d5"
	  "7d9d6234f383da1a7ec19f17091ed898922c2cfbbbbc2ba622a2e4637eaa3bd3"
	  "de2312076fec0245bc7c558292edbd8abf0e4858fdf8ec115147482db764e496"
	  "f24c4762223ea317df397d04aeb304b25ab335c97db1c3556c1bc3f4296c2714"
	  "2f0c455ed96853f8c53f0b6782903888afaac6788730fb6e7f32b2f09a1af303"
	  "b0fc51e1f8963d893479de21bf0a9704cb67005a9b9f0263bb18d32927c0d5e9"
	  "09ab3e9b024aea1219554933dec17510468182daa099881749c3065a4d0aa118"
	  "9098d77aa1a40c0992549a8f56695206e861aba72e2f6c928343a68c2da14235"
	  "e02fd05298efdb12ae6dfb3610d86928a31780e0e48ba8f241f9c12ed641c853"
	  "ee7725f32da78efbefc72b824ed45b14702636c94495e61f1904a6afae3d8f81"
	  "30cac8b51a933291e338f521ea2ce9fa5813eca74ddadac2da8b5ea9c0e39fd7"
	  "0da4e639c45021260dcd330ccbe81503a6f12f383ffc4107465c78a3b7cd440f"
	  "20fec35c025a5ed9d712fc2253c004037eb5f196ea9ac20744c170942f6f86c9"
	  "e12f951a1a6698d6598f971b7fa7a06849008bd8b0e30f0c94291d03713e5248"
	  "db593b60f44cab5cf50f87adb9d530377e5700b7b0d391bad5f60010c4f83949"
	  "4a447b3058a3b83615e3c9a3b608bff4295b5012c1be4f86ce79d1299264b78e"
	  "b88eda8ec74a044487f802b2fc03e4a002de3e8796e553d26379bd57f5fd3716"
	  "73da599cdc4248e8ce1a272c2ed79c56980c778776a70d8ccaff63738cc9ca77"
	  "184d4e9119aac7cf338f1db4d0ec6c8c5c2a2eb5a00dee67292f5554e86cabba"
	  "ba01ecd93464eea001208aa2661d934156654a386fff69130599fea34c150360"
	  "8e0e60176e85e7861f68c37d09925b892e7fb72c64550a03308f5b97271813c5"
	  "ae387d9fdcba9f2590ee2a316afbc473dd208efe399a257b7bde8bd499752755"
	  "32e0e348794032376d9331c4c7d57a8fd98b3b688714cdecfba5f1d75aac0f91"
	  "ab1b73f5f9204128ef9c44923da9060d246d25aa844972680296107a98d52fd1"
	  "5db37c479836c64e406085460ad9daa789d56fbcdf0db2608880526409c68eed"
	  "40be6a4b77d7d6debdc9809909bb5a215d1e3e9f213357149264af09b20beeba"
	  "14061da08e4284c53a2a5462f53c6426110efd4210186b9b02fe11a0f6dc083f"
	  "0f342e1784e6c23128a38350c8eabec55bf8a221b821b1ac6c0f65c61ffcb94a"
	  "fa8c33ed28aa8821bb4c17e54a54676cd2314b1ab552ec6934b14f4112beada4"
	  "553c5b5e0d5edf047673c5f58d1ca59d8f112ba29aeeac873457a99d9209a455"
	  "3c9aff9b6a558c60d50ce78b490af486392c8e1a8a60f4136ce3345dcde96cb5"
	  "d6c83a115dd8e2dbb8249c7f34dc17b10279581bb8fda9d32d63359867d3a824"
	  "f68ec650641df305cfe848334b282ca5eb063430b397469f663e7e539a591110"
	  "52ea8f17450c9a31ea061bc6c65be9731508cfb6601d43baa80a4a0e5a304744"
	  "b77e2c2af12bdca34ee0a7f86678afd3d71802d8aac60dabede8c42c93ea10d5"
	  "ae147e48424c9b898f72dbc6c407673023c95574f9ff0fc8bb5484ff1d7cda8f"
	  "23a0930715d027417681336e00ef5d07e64128a3f31754acb24d0c08464610ce"
	  "b380e27f586b6e667cd47eb73f03ef7cc63c7839dc583225ef13be6fc1ff051a", },
	{ (const uint32_t[]){ 7, },
	  1,
	  "2361f235cf8e58ac303e0ef76c8c830b37dd2547f87bb71b73378bf5a31b7b22"
	  "06de179b72fd5b3aeea11fb2ed2dec8b3c2bf735d167157ebe4f2668514191ee"
	  "d7d403ef039a1170c845fea22117cdb90ef69bda08fce233db492f4e6106c465"
	  "fdd65cf7614a121de6cd3cb4b82ec622eeff3889dd80585c63da3ffc47a36d6d",
	  "2fa92a036a2774a3a3105c346a45d2b542c1022ae5d6e967ecd3b8d99823a4c0", },
};

/* gpt_neox-sequential */
static const struct model_config config_9 = {
	.architecture = &architecture_gpt_neox,
	.layers = 2,
	.hidden = 60,
	.intermediate = 83,
	.heads = 5,
	.key_heads = 5,
	.head_dim = 12,
	.vocab = 101,
	.positions = 128,
	.context = 128,
	.eps = 0x1.4f8b58p-17f,
	.activation = 2,
	.rope.dim = 12,
	.rope.theta = 0x1.388p+13f,
};
static const struct golden_tensor tensor_9[] = {
	{ "gpt_neox.embed_in.weight", DTYPE_BF16, 2, { 101, 60, 0 }, false, -6, { (const uint32_t[]){ 7 }, 1 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "gpt_neox.layers.0.input_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "gpt_neox.layers.0.input_layernorm.bias", DTYPE_BF16, 1, { 60, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "gpt_neox.layers.0.post_attention_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "gpt_neox.layers.0.post_attention_layernorm.bias", DTYPE_BF16, 1, { 60, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "gpt_neox.layers.0.attention.query_key_value.weight", DTYPE_BF16, 2, { 180, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "gpt_neox.layers.0.attention.dense.weight", DTYPE_F32, 2, { 60, 60, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "gpt_neox.layers.0.mlp.dense_h_to_4h.weight", DTYPE_BF16, 2, { 83, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "gpt_neox.layers.0.mlp.dense_h_to_4h.bias", DTYPE_BF16, 1, { 83, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "gpt_neox.layers.0.mlp.dense_4h_to_h.weight", DTYPE_BF16, 2, { 60, 83, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "gpt_neox.layers.0.mlp.dense_4h_to_h.bias", DTYPE_BF16, 1, { 60, 0, 0 }, false, -8, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "gpt_neox.layers.1.input_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "gpt_neox.layers.1.input_layernorm.bias", DTYPE_BF16, 1, { 60, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "gpt_neox.layers.1.post_attention_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "gpt_neox.layers.1.post_attention_layernorm.bias", DTYPE_BF16, 1, { 60, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "gpt_neox.layers.1.attention.query_key_value.weight", DTYPE_BF16, 2, { 180, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "gpt_neox.layers.1.attention.dense.weight", DTYPE_F32, 2, { 60, 60, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "gpt_neox.layers.1.mlp.dense_h_to_4h.weight", DTYPE_BF16, 2, { 83, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "gpt_neox.layers.1.mlp.dense_h_to_4h.bias", DTYPE_BF16, 1, { 83, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "gpt_neox.layers.1.mlp.dense_4h_to_h.weight", DTYPE_BF16, 2, { 60, 83, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "gpt_neox.layers.1.mlp.dense_4h_to_h.bias", DTYPE_BF16, 1, { 60, 0, 0 }, false, -8, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "gpt_neox.final_layer_norm.weight", DTYPE_F32, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "gpt_neox.final_layer_norm.bias", DTYPE_BF16, 1, { 60, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "embed_out.weight", DTYPE_BF16, 2, { 101, 60, 0 }, false, -9, { (const uint32_t[]){ 11 }, 1 }, { NULL, 0 }, { (const uint32_t[]){ 3, 90, 3, 4, 21, 20, 50, 77 }, 8 } },
};
static const struct golden_probe probe_9[] = {
	{ (const uint32_t[]){ 71, 58, 59, 4, 82, 93, 36, 33, 82, 88, 86, 82, 54, 57, 92, 45, 56, },
	  17,
	  "9376aed5c0cc9c901a5ffd2685a6ff0ca1ca96ef63471c5809478b9272197648"
	  "b24e231a19ac47ec6aa7ef3d5ce1b6aea0ceaeb0f060854b75a6140650722a71"
	  "6fed3b26d673467f0e02a2ba97bdb58edce542de509b3c5cf5167361513c3724",
	  "f6e86cbe96501a364af4e1b20af509395dd9016f2f76ddb79c84aff03f59c1f8"
	  "09b3d2249b79f73df31482f4d5e875d47ff6bd8646a83f020fe69e6c4d1fffde"
	  "dabf1026acbc69b6471aa3b82955e3ae98065dbf87c1b266e35f6a9d44aa24fb"
	  "42a255a69c1207fb41a6d884e2f663466d2cf746ce7e0a403046b06a9a6522bf"
	  "9db842d13bb4da73a5aa874a620e58844ac0a1bc845b68171d1f3568752d66ad"
	  "33b542cabe83dde906edcc6061f7c6a5cdff224ea196ae65e534925ece364f4a"
	  "b4531f16ddeaeb1bc34c664be2a372de4dfd78661ba544b06f73034b5a40cee8"
	  "f5126f55af401db21fe8346d0390ada9d51797fb3a7c5da680995ea234f8b92b"
	  "5b43d71bfe0e0e01cb46c1e80395d78b10815a121f8acf18cc87962cf793d3aa"
	  "6d4fdfd1a663721aea8fce7a85bb9def79494a4c5d77cb07969d78d23836fb39"
	  "42c4d10d27e79b64c202be36eed4b00a03281fb000532e92190aca9e4dc1024f"
	  "004dbf7da2da1d232e1a254bdf7a7f80bb4a277e86dd527196299660a9ebc51f"
	  "32f83a9de45af51bd3fd1c9b592f2224551a25e2d053da743de27875fde966e0"
	  "84e8f8796161eaaee440de4a47e60be131cd09c04948de116b25a2ee66aacc7c"
	  "9cff0a839bafd9d99927e3c58a7ee227774541572a61718aaf22ae0da4ecc817"
	  "6857d47aaebaaeaaf917c0351edb2697b13e2ec07db213d5c396429f4f0fb25d"
	  "c4949fae9d42eb72eae841ba493867a52818d2074d14a92a6b840064a69402f7", },
	{ (const uint32_t[]){ 7, },
	  1,
	  "2b678dc7bc2e1a96d94128e668c0a8ad572b79e3740ba3d89526f5e4f9763f3f"
	  "aeb5a8968d70837a595931c4ca1620168ccccb15942bfde5f51e0df612fa62e4"
	  "ac74340389dfa71271601ebc819da72d14dfbd8bdf5de214661d6d3a4258318f",
	  "afc37e3fd8a00c3099f05dabb3ab8e5d2edfbf794781abd5ab4c2684e511998a", },
};

/* gpt_neox */
static const struct model_config config_10 = {
	.architecture = &architecture_gpt_neox,
	.layers = 3,
	.hidden = 51,
	.intermediate = 83,
	.heads = 3,
	.key_heads = 3,
	.head_dim = 17,
	.vocab = 101,
	.positions = 128,
	.context = 128,
	.eps = 0x1.4f8b58p-17f,
	.activation = 1,
	.feature[1] = true,
	.feature[2] = true,
	.feature[5] = true,
	.rope.dim = 4,
	.rope.theta = 0x1.388p+13f,
};
static const struct golden_tensor tensor_10[] = {
	{ "gpt_neox.embed_in.weight", DTYPE_BF16, 2, { 101, 51, 0 }, false, -6, { (const uint32_t[]){ 7 }, 1 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "gpt_neox.layers.0.input_layernorm.weight", DTYPE_F32, 1, { 51, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "gpt_neox.layers.0.input_layernorm.bias", DTYPE_BF16, 1, { 51, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "gpt_neox.layers.0.post_attention_layernorm.weight", DTYPE_BF16, 1, { 51, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "gpt_neox.layers.0.post_attention_layernorm.bias", DTYPE_BF16, 1, { 51, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "gpt_neox.layers.0.attention.query_key_value.weight", DTYPE_BF16, 2, { 153, 51, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "gpt_neox.layers.0.attention.query_key_value.bias", DTYPE_F32, 1, { 153, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "gpt_neox.layers.0.attention.dense.weight", DTYPE_BF16, 2, { 51, 51, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "gpt_neox.layers.0.attention.dense.bias", DTYPE_BF16, 1, { 51, 0, 0 }, false, -8, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "gpt_neox.layers.0.mlp.dense_h_to_4h.weight", DTYPE_BF16, 2, { 83, 51, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "gpt_neox.layers.0.mlp.dense_h_to_4h.bias", DTYPE_BF16, 1, { 83, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "gpt_neox.layers.0.mlp.dense_4h_to_h.weight", DTYPE_F32, 2, { 51, 83, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "gpt_neox.layers.0.mlp.dense_4h_to_h.bias", DTYPE_BF16, 1, { 51, 0, 0 }, false, -8, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "gpt_neox.layers.1.input_layernorm.weight", DTYPE_BF16, 1, { 51, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "gpt_neox.layers.1.input_layernorm.bias", DTYPE_BF16, 1, { 51, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "gpt_neox.layers.1.post_attention_layernorm.weight", DTYPE_BF16, 1, { 51, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "gpt_neox.layers.1.post_attention_layernorm.bias", DTYPE_F32, 1, { 51, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "gpt_neox.layers.1.attention.query_key_value.weight", DTYPE_BF16, 2, { 153, 51, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "gpt_neox.layers.1.attention.query_key_value.bias", DTYPE_BF16, 1, { 153, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "gpt_neox.layers.1.attention.dense.weight", DTYPE_BF16, 2, { 51, 51, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "gpt_neox.layers.1.attention.dense.bias", DTYPE_BF16, 1, { 51, 0, 0 }, false, -8, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "gpt_neox.layers.1.mlp.dense_h_to_4h.weight", DTYPE_F32, 2, { 83, 51, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "gpt_neox.layers.1.mlp.dense_h_to_4h.bias", DTYPE_BF16, 1, { 83, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "gpt_neox.layers.1.mlp.dense_4h_to_h.weight", DTYPE_BF16, 2, { 51, 83, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "gpt_neox.layers.1.mlp.dense_4h_to_h.bias", DTYPE_BF16, 1, { 51, 0, 0 }, false, -8, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "gpt_neox.layers.2.input_layernorm.weight", DTYPE_BF16, 1, { 51, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "gpt_neox.layers.2.input_layernorm.bias", DTYPE_F32, 1, { 51, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "gpt_neox.layers.2.post_attention_layernorm.weight", DTYPE_BF16, 1, { 51, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "gpt_neox.layers.2.post_attention_layernorm.bias", DTYPE_BF16, 1, { 51, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "gpt_neox.layers.2.attention.query_key_value.weight", DTYPE_BF16, 2, { 153, 51, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "gpt_neox.layers.2.attention.query_key_value.bias", DTYPE_BF16, 1, { 153, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "gpt_neox.layers.2.attention.dense.weight", DTYPE_F32, 2, { 51, 51, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "gpt_neox.layers.2.attention.dense.bias", DTYPE_BF16, 1, { 51, 0, 0 }, false, -8, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "gpt_neox.layers.2.mlp.dense_h_to_4h.weight", DTYPE_BF16, 2, { 83, 51, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "gpt_neox.layers.2.mlp.dense_h_to_4h.bias", DTYPE_BF16, 1, { 83, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "gpt_neox.layers.2.mlp.dense_4h_to_h.weight", DTYPE_BF16, 2, { 51, 83, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "gpt_neox.layers.2.mlp.dense_4h_to_h.bias", DTYPE_F32, 1, { 51, 0, 0 }, false, -8, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "gpt_neox.final_layer_norm.weight", DTYPE_BF16, 1, { 51, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "gpt_neox.final_layer_norm.bias", DTYPE_BF16, 1, { 51, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "embed_out.weight", DTYPE_BF16, 2, { 101, 51, 0 }, false, -9, { (const uint32_t[]){ 11 }, 1 }, { NULL, 0 }, { (const uint32_t[]){ 3, 90, 3, 4, 21, 20, 50, 77 }, 8 } },
};
static const struct golden_probe probe_10[] = {
	{ (const uint32_t[]){ 91, },
	  1,
	  "0916725f0bad5f2f2078cb14638e7949ea7a5550beaaea6db5402e4eba8b501b"
	  "ce99323f64c8c884b03c3e361280ad68a5e1d123b810aea471346ddb789cb7bc"
	  "3fdb6159bfb6cec82e1d33cebfc879385628a224c38e3c88ab47a70320e248f9"
	  "d321ac3dba413ac028ff947dc5f1c161bec9a4ea2f256dffad22bed4f5326533",
	  "e634cd1adc0a4b2585ba2f8956bd7cb59b90eebc6281d740279248dfbbabab90", },
	{ (const uint32_t[]){ 24, 49, 0, 23, 14, 74, 63, 68, 34, 35, 52, 15, 21, 31, 51, 62, 96, 84, 41, 3, 97, 15, 97, },
	  23,
	  "b8b0397a9f44992e74fbbf346700967a2802c7acdf80db4b4d1b1c8abb7abe12"
	  "1fe75974b717ce4494a3bc1b4d58e3c55f593c3b451bde8fd2dfcce7f86add16"
	  "0ef37fb5bce4a6d6d733037bd2287fdd526d5b14fc1edf5ed3bf86ca95df4c0f"
	  "49b6167917ea14587aef5b0c1161915f72b208f8f9c8d152bb9ad66d18c44b06",
	  "30b7e89bff968c69902322362cf849f9e41f375d56b0737e24b8080ee2ffe545"
	  "d7250d193be19ce1ff0d1778c27d71c38585b40958044eac32828d8ef4fb9ad6"
	  "2f503905a1bc831c03ff57e08f0fbfa159d0737fc8644c496372ee1dd86eef0c"
	  "ef5aa816c1ceadc8ab65208367da5a0d32fa75abc47066165e403f0cdc253727"
	  "8cfbff7f234292505c6b24938802449febac0d18b1930c8cdecdf60ea4c7c4a3"
	  "383ef9f9113c1b0db88d7d01873d9c47fcbec43a323fccf3f02730f685d3c530"
	  "9a1c31e105b02b03ae45a7ba27f81ec29fddf6d7a1456ffdbb1467e8270ce377"
	  "6cc7cabae353375821633e0d7a6764c450f311dfea1fa087ea4c66491e8120aa"
	  "3abdce8b3d4291218978bc32cfd7334fe3df6c35ce08a51c5f97b50f284e46c2"
	  "9dd2ed4ac2b48fe97cfcb15db73d76eb06512fc6f37ed0fbd682f7182fd7ff89"
	  "18bc2fef0bf315b1a216a6e60028d438b1dab08336c02fac698e553c3a71a966"
	  "69905bb44925d0cc399a4e0dbee38a2c66f3aac01856db0b1e3a3e83e2faa653"
	  "4650623ef136ca01adffbdc0b984454f1dc74fcbf7f88720c4bd7a960a3d60d3"
	  "8cff3eba9c7090d0936f1d97f8e38b1168c8fd4570183c102a8c40e12243ab8b"
	  "8b9ce3600c62d6399aeaeba70758af1160bea1b3d9994ba3cd08400c37fd0d7e"
	  "99dbe132ebf8a3b06e8a7c48f7656a124a87ec216a84c24337ae94a840442d70"
	  "1f6974f3f8466c274a223790ba03870274c01d52faef340241e2153596de3175"
	  "f4c8d67f99ac7f5086e18450190ff36fba0449c99cbf79097d72cebd81be44fe"
	  "d67e90edb94843f9acf4bdcd800728465634aca2fd84abe4145f9d1f65cb2fc9"
	  "baab9d42545f87f64cdf1e7832cb0ed0043b0d6f6fe4fe3a549cbfef7d58e43d"
	  "11c35d44f883b6e75d53c7f7574b6f5661720956ed86d49cf25a58b3ad6b3604"
	  "86fead0b6cf49d52244e6a03328552675b81665224d6a784dfe52b464799d3d9"
	  "32faf1d033e3820134517e0336b8917f9e4070885e17f4aa5119a3e437a1b724", },
	{ (const uint32_t[]){ 24, 40, 3, 78, 84, 70, 48, 21, 4, },
	  9,
	  "cb56e770dec8f266e994e6083c4b1f3e4c65f3cb89c18ab2ee50c9f7a7a447e5"
	  "7a027f8747d8fde8980af7b9e30187304c09ce81f9bf2a70664e55fcd27ffe6b"
	  "07331b3f8b6b089db56a0e40ce093adb5c839be469b39e092586d0dbb31971d4"
	  "9fbb7233b45be28765d918b10cc218cd12d91e1bbd3ca99b941f532060258ec7",
	  "30b7e89bff968c69902322362cf849f9e41f375d56b0737e24b8080ee2ffe545"
	  "74ef3a0525e63190893e4dd33ef44bb9d0546212edfe008b5fdd7c5957e63502"
	  "0133eacca9275eeb3a77c2cfabcd2472927da9e7edb959911df83112fc40efb8"
	  "df00471f7f0838aedf800d5cc19cd6cc723ca3a898cd1a9a799b3f1dd7938879"
	  "bf5902bf051e62840f6d453d20482afa42f68194b59a85d3d331243fcaccaec8"
	  "f82ba5aac984646f280aaaf62b315ae1e9fa5ee8f85d12a4c04672d6c4e38cda"
	  "9d0104d74f16eb82a2e2626430f22103359aa32d189e1ee24e782de6a70581ea"
	  "7a9662fa117eba8b3ee8eb79f7f4e0f8ac7b5b1bd29fa8c5b80c64a13f00d046"
	  "53c706ed5b50b9f507769481dd7cc106c07c6e4f3146a8b0ab56724c3c031385", },
	{ (const uint32_t[]){ 7, },
	  1,
	  "63c5e01a778cdcfb33e13a44c387ecd9fb69fbf7a8bb5bb6109755c75799bfa8"
	  "6fade115f795e003071e5f6e08937307d04de253a17cb67a4d6bebd217d189f7"
	  "ceeef4262c7d0f36c1d0e01542c24d0891fcf13a3f0004d576a448ec19585d17"
	  "8c2d29a8d0af45168bdf9a26b66a6f9a5c68beff3476ac617cdb1cd35207abb6",
	  "fc39530f461c3dc639be647b15ce83fda7b6ecb558d6bea952cb7d3de67d0c39", },
};

/* llama-biased-tied */
static const struct model_config config_11 = {
	.architecture = &architecture_llama,
	.layers = 2,
	.hidden = 50,
	.intermediate = 67,
	.heads = 5,
	.key_heads = 1,
	.head_dim = 14,
	.vocab = 101,
	.positions = 128,
	.context = 128,
	.eps = 0x1.4f8b58p-17f,
	.tied = true,
	.feature[1] = true,
	.feature[2] = true,
	.feature[3] = true,
	.rope.dim = 14,
	.rope.theta = 0x1.388p+13f,
};
static const struct golden_tensor tensor_11[] = {
	{ "model.embed_tokens.weight", DTYPE_BF16, 2, { 101, 50, 0 }, false, -8, { (const uint32_t[]){ 7 }, 1 }, { (const uint32_t[]){ 5 }, 1 }, { (const uint32_t[]){ 3, 90, 3, 4, 21, 20, 50, 77 }, 8 } },
	{ "model.layers.0.input_layernorm.weight", DTYPE_F32, 1, { 50, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.q_proj.weight", DTYPE_BF16, 2, { 70, 50, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.q_proj.bias", DTYPE_BF16, 1, { 70, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.k_proj.weight", DTYPE_BF16, 2, { 14, 50, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.k_proj.bias", DTYPE_BF16, 1, { 14, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.v_proj.weight", DTYPE_F32, 2, { 14, 50, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.v_proj.bias", DTYPE_BF16, 1, { 14, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.o_proj.weight", DTYPE_BF16, 2, { 50, 70, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.o_proj.bias", DTYPE_BF16, 1, { 50, 0, 0 }, false, -8, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "model.layers.0.post_attention_layernorm.weight", DTYPE_BF16, 1, { 50, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.gate_proj.weight", DTYPE_F32, 2, { 67, 50, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.gate_proj.bias", DTYPE_BF16, 1, { 67, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.up_proj.weight", DTYPE_BF16, 2, { 67, 50, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.up_proj.bias", DTYPE_BF16, 1, { 67, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.down_proj.weight", DTYPE_BF16, 2, { 50, 67, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.down_proj.bias", DTYPE_F32, 1, { 50, 0, 0 }, false, -8, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "model.layers.1.input_layernorm.weight", DTYPE_BF16, 1, { 50, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.q_proj.weight", DTYPE_BF16, 2, { 70, 50, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.q_proj.bias", DTYPE_BF16, 1, { 70, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.k_proj.weight", DTYPE_BF16, 2, { 14, 50, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.k_proj.bias", DTYPE_F32, 1, { 14, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.v_proj.weight", DTYPE_BF16, 2, { 14, 50, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.v_proj.bias", DTYPE_BF16, 1, { 14, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.o_proj.weight", DTYPE_BF16, 2, { 50, 70, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.o_proj.bias", DTYPE_BF16, 1, { 50, 0, 0 }, false, -8, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "model.layers.1.post_attention_layernorm.weight", DTYPE_F32, 1, { 50, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.gate_proj.weight", DTYPE_BF16, 2, { 67, 50, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.gate_proj.bias", DTYPE_BF16, 1, { 67, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.up_proj.weight", DTYPE_BF16, 2, { 67, 50, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.up_proj.bias", DTYPE_BF16, 1, { 67, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.down_proj.weight", DTYPE_F32, 2, { 50, 67, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.down_proj.bias", DTYPE_BF16, 1, { 50, 0, 0 }, false, -8, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "model.norm.weight", DTYPE_BF16, 1, { 50, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
};
static const struct golden_probe probe_11[] = {
	{ (const uint32_t[]){ 67, 67, },
	  2,
	  "d4201bde92f7e46cacc66fb4ce0da6739c253230b853de3704d0e87541939e9e"
	  "dc8cf0fbcd1aee3fa46e6eeba0642ec06ea86ffe2c539d23548e255b8d7b6f18"
	  "6b9a03e2123464054d10ec3c266a04c5d61e17c833a5ac8e8e34195d6eea17b0",
	  "d653db74d55d4e335a5e781da105dcb4ab2893e8182bec8d06ea8c57952713fe"
	  "633f0816dcbf877d917d464e46b5182e8d1268444ed1468853c0e9e2a0ed837c", },
	{ (const uint32_t[]){ 4, 99, 50, 46, 83, 90, 24, 74, 3, 15, 46, 32, 24, 5, 15, 30, 10, 31, 31, 41, 52, 64, 99, 19, 3, 59, 41, 94, 14, 85, 37, 22, 87, },
	  33,
	  "1182a880a5e19600384b314140d4c367bc95ee42cccfb33275391bae16440ddd"
	  "acad4df8be58b498c208a7317adaf0176c9502bea035bff653603b6c8de40108"
	  "5fc7336a1152d9d85448ef1998b2a3f63fc3c74a2fe36e5142e3e2cc2f5a96ee",
	  "e2e89ad8e0f33a9c504eab8a5bed1d555772abcd430c42bbe4941bb220b2f847"
	  "b47373946b0297e774a7be74d5179c957b03405688c31a20755e912b0a95ae97"
	  "4d3f56a89883e0f6c0b25b213df15f93cff7250c5ec6577aab2a8cf31e165ea3"
	  "b2c1e3df9ace081dc6aeec9617766d6ce7a8955ec8db16cc49180d8f9f69f350"
	  "ebbdd179dfd96324203fb5af5166cf3d6a8e1c6e566064deb8efc37df8218c91"
	  "ae2765a10b411ccff6a69d0e352452db5aadaec2f6006ae212c2ce2ccd82edca"
	  "5041853b63a58d2fdb45004b3e96a2a876580059ff396ed725bf18e7e747b11f"
	  "0d11b8317a7fd515b3048204fe477982fc0c57d815d13408e87db6279e895646"
	  "8df40a20922572c280a407ccc770be664a0c00b59b840e4c8c614fab1fab6436"
	  "9095f9d528d8ed72c0763489836adb596d071d78b155a78f3fbd8a2b9752c953"
	  "1c198d7e9405f7cec1346af79028fefb7629b1c267321ad659ca3517ed1cf04f"
	  "65521a32f23d9ed86effca398b9af1ae735ea1fa0af460f6da4951b41162c785"
	  "a830e06b8eea92840eb199a93292d50753fa9d29c1677df3034a4df86d43fea2"
	  "a7615ab6e58b277bc945c0cbdd5fdf50a569ded71283b451dc265b5efbd31f7b"
	  "b7f428f42dc982c2037e1d7944a21f52eb23e3cc43c7d8d705ed9e344163a0cd"
	  "d78d7cf3efc208b531b35f21c85e174ac961a64dc7898af8b30300d9e8307e18"
	  "aecf23abb7d4cb1625150e325994d89b3fca5792934e6d213036caa1494f3e47"
	  "125443f7fca056e4a1cf2c44109fbd7919344bbefb373292178e0a62155ee49f"
	  "0d6d9a87b382c4890690d24e99275ed37967d4b60387863de3c5412f4857adae"
	  "985675dc1e9b1be3b9ce902fd947282044279988e8af736f45bc3ba265c99eb5"
	  "ca4518fd4830d93707640dfa6e9e0ca900a8841f82c014474b82d1496f9ae6d8"
	  "d4ab629f3ca642d445bea36b81798285cdc463d6e4bdcccf3151a1fab22047ca"
	  "672236c558487e179f4c6937504ff14c9c8294d88bc5875b7462fdd2545aad5a"
	  "1751caafb30d0f562518ab051aea82e2996e4f17329d7f1e5675e08aeedd5d87"
	  "7605711c4ecc1904e09cbd942453863ff15f5e5ba2a2b693df1dc1a1a6bee920"
	  "c9db002ebed3ff15b8e760db3733d796b6e30a30c08f28d4b864b8dc60e89192"
	  "48de68fe4a3492ca902337a5720180088ca06a8fdf2acbc1650496b9b5f3f24c"
	  "a72d7954b2718dd10f71963e691567b9aeb2eb7ab7fbe26ca5d2c3319f5ac2bd"
	  "361dbce40fcb0ae9b9581162a03e575b481056be1e79ff2ea649b12533642e1c"
	  "0b3ffcf2977fb5e4d893c35a08931e105809424a0000f134a443df605d952792"
	  "b934a875cf4bf0b3bb2ea5263ba4e90930de72851aa9989092634a0854288f64"
	  "e6915577bedb219b82c56d30894bae9465123a7306c1f49c2c020b53612f2e68"
	  "66fe205ff153e41f58448118c43701306d508a6ce064eb1c560f2e8c52aa267d", },
	{ (const uint32_t[]){ 7, },
	  1,
	  "e1ccd1e92fa1ab42453b29c927a6837688c31afbd348a1b596f1840912a46e47"
	  "d7fac821af939fa5eae4cf71adbf6f8e02f187cefd7643d102b1866cc8469fae"
	  "699927055b59fccfb8b41357b0d92d1a7cd480b228cc4b81480a3eaa9d5c1bb8",
	  "4d0c537b81c7d6f92d19734df18e32b24c041751f2a9308cc08ba30dfe425dad", },
};

/* llama-rope-dynamic */
static const struct model_config config_12 = {
	.architecture = &architecture_llama,
	.layers = 2,
	.hidden = 60,
	.intermediate = 53,
	.heads = 6,
	.key_heads = 2,
	.head_dim = 10,
	.vocab = 101,
	.positions = 16,
	.context = 32,
	.eps = 0x1.0c6f7ap-20f,
	.rope.dim = 10,
	.rope.theta = 0x1.388p+13f,
	.rope.scaling = 2,
	.rope.factor = 0x1p+1f,
	.rope.original_context = 16,
};
static const struct golden_tensor tensor_12[] = {
	{ "model.embed_tokens.weight", DTYPE_BF16, 2, { 101, 60, 0 }, false, -6, { (const uint32_t[]){ 7 }, 1 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "model.layers.0.input_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.q_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.k_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.v_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.post_attention_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.gate_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.up_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.down_proj.weight", DTYPE_BF16, 2, { 60, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.input_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.q_proj.weight", DTYPE_F32, 2, { 60, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.k_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.v_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.post_attention_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.gate_proj.weight", DTYPE_F32, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.up_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.down_proj.weight", DTYPE_BF16, 2, { 60, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.norm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "lm_head.weight", DTYPE_BF16, 2, { 101, 60, 0 }, false, -9, { (const uint32_t[]){ 11 }, 1 }, { NULL, 0 }, { (const uint32_t[]){ 3, 90, 3, 4, 21, 20, 50, 77 }, 8 } },
};
static const struct golden_probe probe_12[] = {
	{ (const uint32_t[]){ 1, 49, 39, 39, 46, 96, 58, 43, 70, 40, 86, },
	  11,
	  "77f80caf3cfff74e86270061de1fc8651363ba5368cd9aae9e240e65f6b4a235"
	  "a11fa1ff80ad3a64530a4ca98ed5ceb73e688cae9b8519740501cd70035e46d7"
	  "9f852e8e262f81735f978c7633a71f8bf914da9c60c0630ea061b99cda941659",
	  "88fe4d4b6a5246abdc3955b6e7a027d09494facf1eec946c36c0bd7fe457d1af"
	  "f31998d6bcfa696793992e4a9f37ddcca8b8821cba49fb40cc8cf83457e47c59"
	  "b0529443556a6dfa33a87ef0fb29b79b2f40e511b3a2ccfcb2bca2849ec6b9e6"
	  "0aa26af95d0d28b42809deb9483b4c107d5634224f1165a04a62c45253dd5f07"
	  "36d29c81e89551ecb192a6ee50a35ef05902dddd44760e3062c066c2de30b0bc"
	  "605e60e5db35572ea08344f046423cf5eeb94b47f660811f8506829b58127515"
	  "c7f10ec6e6cc408c041440f4f5b0a83a60e10875ab0143dcc992f37c61831386"
	  "37eb2e1625576c704a9201f7045b4eb6f1f2a3b1d93918a27cdac2a33adefb43"
	  "7d1bd52615bc36400fab46b8f18bf66364bf9c48dcd0a476268fc9b7e1b9bda4"
	  "b6923424f959af77eba283cda10f94d72ef15bf48f8c8ba8dadda68ba6a38a15"
	  "43486f0ff0c9913c3408ec968656dc2e7c2619e9460127fc16872ce413b7931e", },
	{ (const uint32_t[]){ 40, 60, 23, 31, 10, 52, 58, 36, 49, 53, 37, 7, 94, 82, 13, 33, },
	  16,
	  "7958119fdc56ac5307a8ea20ac14cbebcd16c56fcde95636168c45ea760d8c28"
	  "260ac138b29be63a9cbf37746594d363a8812b1a524edf14a3ac81c95fe86597"
	  "2d3193bb0310e8e28afdb85c278f0f145679c665dff0ab7e609f0f57e0c45089",
	  "ae0e39ba07224aae1357cf7c7eded9f02df7072780abafd2df5be9191de71934"
	  "f4fcac70a84ebd19cb68c817f90b2f09f5de2bbe6a56ef91e84757a5209831c5"
	  "c6172844110ee62ba200e666b1da9f8a1bafb9652090d0e93eac83c1c03f2f28"
	  "1ac8251519e9ae4d185e867c76b49a48998a9568c90df78fff04c52ca8f770d3"
	  "e0c33acfce5efc9ac10f115a25a53104559794c5fc69ab05476a90ede0655ad9"
	  "72c3448addb0bb3aed57b034d469e331c09eb6ed3623f1fcc10c16cb66294db2"
	  "b0496a7615ca70833efcb20afbfbcec65bb244a70fa54aa215490dcf6c6a4313"
	  "d131e09ef0ae84f9ed4dcd3a35b13c55c256f70f34d9f79d9771794d4de49224"
	  "17df023603d9cab8ad3af153e5ecdd5859cb54ebf6b81122f28aa020f702c7ba"
	  "ad46dc1b8ba2267d4e8e5dab7a4c15993875dc7102bc3ac8fa37e97fedc4d69f"
	  "735741baece4b9105d07e01145d4c2c7aa50b4bbffccaccf082045283da074ff"
	  "f940be5fc3b5efdbfc835c3f85bc69ca2a7fb9eaacc7010ebac09a7c6b883df6"
	  "df617d519b91cb0d401f13f3ddc500bfba39704028324f27eed1c7d5e5736420"
	  "76f76eb9ee81bc1bbe59e9e5d29a0d04f2fb1af81c17d3b9912808cb1d7401b3"
	  "8afa27fc8b38d5f175e79ed230b774a3861aa53df7192f5c226a738b71efd171"
	  "5e2769418a90295f2646733303d63f17b4ffe4df87cae623d4b3ed1e881aeb35", },
	{ (const uint32_t[]){ 63, 47, 37, 75, 19, 72, 56, 24, 58, 23, 83, 33, 0, 8, 90, 25, 89, 2, 56, 62, 57, 5, 42, 99, 72, 44, 11, },
	  27,
	  "ba35b4a21d4049f67d41c98788ec000a5ebad9fd4da1eb50cea70c2122e2e9b8"
	  "6fd93901c2d1504341b82d63e8955ee8e98efb83533ac5e38682d0063585e46d"
	  "26782adf1e35906185dcce7e1cd369179fb960a28539e41f40145d79ab4b51cd",
	  "2d01c2236f59f97159c40ebf2dff24a49a5b5e59963ba7a85ea3ab1f2c7e92af"
	  "2e70d4667db5c8e68f2a1d88edab202c005b8b07b5ab7681859ef0baa815508e"
	  "0e618f88efd28e9b1473433880d224a821ed81bd2ca6c5cab9e674bf6c05ae5a"
	  "70db9710921486f83f36502fd30b2a595586f45f601e7ae1af967b949d7ded69"
	  "fc770b5da88693271ac24a2061a19d855f15b771634c0faf56cc5ba12025bba3"
	  "ddd00ea5b4f52c866923304a2c702e7068f78531ce805732339010ce291793e7"
	  "05572b95d339fc4c39bcf2d7a115f40789627c81365e779330c387681466fc9a"
	  "bc7c1e3f508af7407642d34fb3d6a5c132eea865a298dbfb5a945701b4fe4200"
	  "95b31f3c524b27c9696ca029026056c9e20be42d1d8eab7048d39d523be08390"
	  "65ec5d734d097243bd06173a796299bf0be5a59c9fc954ca08767d7c6d15a4bb"
	  "ee0e3043928a5c2b4a6bb3981ffa0be577c799a920825f2be409ee1db9d5b7b6"
	  "a7b6d6cc56da90c3a297a24b75bfb34c93348e90a6ae35c810acadfc723a4022"
	  "8c62bbde9bd7d8dac21e38ad973127a4b72fd338b9b55895a0d8c0ba76c374ee"
	  "08d130adab52e5dac25131874fff560d8f0cc53086a286aeb60baf409800ee80"
	  "7ad2c29c9882e10ceab3eb929484cfdc1184c9fe8e0d36d9c923c35b8a853ca6"
	  "3432e3fbda35262e73836a9d45381c7ab9931a02ae451d584e72ee26e4824156"
	  "fbab134d89675df46f370aa51532173d88ea6bc7c050296d1316ec6ca175d706"
	  "6051d00f2e41785b0e65bc60409d7e94997643e4e359292352dbd4c946ef353b"
	  "5a85db52008d8a1ae55ac1091db9cbf27cc5d2e6443e564b8a2ad2d157ff8c35"
	  "174080c701a677449370be7114fb6937f80f86f84e4424b5f407ae3ea1c7a788"
	  "8b74025d5e3afef3de5f26dc75e214e2fab720e7935df7a93a91b71aee78b66a"
	  "4f9219cebe296e204c2f967aa09519bd08178fda343f902fa404da56e4f4f728"
	  "703b4d8f39f828c16bc956dd4615294f0416a9539203f3efa53e172d9ab3b41b"
	  "93e8d045684d689b411332a3ff2e98f9382ec3a48082be5aa4ae9c157d156863"
	  "84fd2188d5cf1cbf7dc071f78f7137e9cdd6d3f5cd74f733a233e6756ffa5f63"
	  "ffafff625134900e3a68b8793efa2b6557a9518773f87be4148eece6e6570c86"
	  "6929569888b605655d35c35f745b1a210b3603a17e770eef82b0f6c288e8a572", },
	{ (const uint32_t[]){ 7, },
	  1,
	  "5b55e80d7ca4e3978d6bc3c42d0be22abe76db22d5bc1b2e28b0941408688d74"
	  "737aa4f721f796625f5958c16afc56325881fd71a6fe1d98f9c26591b2de01b1"
	  "2e7e2b3202736684529e2bd035cbc318f625f2101ad8723753b0306e36d19dc6",
	  "c4ca63c0db0fdbc586eba15946c53a252c8e0cb541ddc9ef83af7264001a842c", },
};

/* llama-rope-linear-rounded */
static const struct model_config config_13 = {
	.architecture = &architecture_llama,
	.layers = 1,
	.hidden = 60,
	.intermediate = 53,
	.heads = 6,
	.key_heads = 2,
	.head_dim = 10,
	.vocab = 101,
	.positions = 128,
	.context = 422,
	.eps = 0x1.0c6f7ap-20f,
	.rope.dim = 10,
	.rope.theta = 0x1.388p+13f,
	.rope.scaling = 1,
	.rope.factor = 0x1.a66666p+1f,
	.rope.original_context = 128,
};
static const struct golden_tensor tensor_13[] = {
	{ "model.embed_tokens.weight", DTYPE_BF16, 2, { 101, 60, 0 }, false, -6, { (const uint32_t[]){ 7 }, 1 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "model.layers.0.input_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.q_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.k_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.v_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.post_attention_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.gate_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.up_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.down_proj.weight", DTYPE_BF16, 2, { 60, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.norm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "lm_head.weight", DTYPE_F32, 2, { 101, 60, 0 }, false, -9, { (const uint32_t[]){ 11 }, 1 }, { NULL, 0 }, { (const uint32_t[]){ 3, 90, 3, 4, 21, 20, 50, 77 }, 8 } },
};
static const struct golden_probe probe_13[] = {
	{ (const uint32_t[]){ 66, 92, 12, 99, 32, 55, 9, 60, 12, 15, 13, 15, },
	  12,
	  "fe2753278a58c4af5da25b4f159b058462c45a81a8adbd60f9a50a24284ad44b"
	  "4ff692c645082883873fe889ce0f8355784ea55ffdde72f54b1232b7f7164dc4",
	  "8bb9114b285834cbab2ff1bd886506fb8d8c497932805eec08692ca74183e248"
	  "47b8f6f2e5c78b1ddefe11789f7a398bc49f39da1731f21c715e920d502955ba"
	  "1b996ff08d8ebd19fadfc6af0476dbe77792c526767ae922034d217c11d69118"
	  "be20ae6dd55318cd515e1229d5efb0eeac15bba6a6e30c5b9e2ec9faf0a4f921"
	  "8d2f06f49b871cac6efc3d62ba635e07e4f3a5b1a512321041b8bdb0153c91dd"
	  "23526400d050e153f30d00dcd5d6fab0b189ba006659b7be7694c7bbd8a7e427"
	  "d77503ba950f312a3fd52fdb460165a9cd504dbd4ef2c48460575e7070838154"
	  "7a4b117bca8524673002c3d650c63dc0d5880b2c3737587131fa799aee1b4585"
	  "702a6a1d3e2c514824cdb3be421390f8441955f5cafc74aa05ace4e21c3f288d"
	  "310c2c311d6e20bab76db81731a7cd144518d5d165c915dd2f8d765360c1a288"
	  "84707af36f8871e46f5a439f19759f092257e00884371003dba88d7fef68d771"
	  "3cab488f6e77a8cd6d1855a7bdcbea277d92cf9eaba6a530bc3e62b26a374b40", },
	{ (const uint32_t[]){ 7, },
	  1,
	  "23e746d70d65f786e23da812840d3615ef227e4d159ab393979285d292846449"
	  "d418d08df5ff3b4a80ef9288d292a416b29dc8ada49e10d39036fb3feaae65aa",
	  "088557f847d159bd0855efde867ee0b112190a7a650912cf5972f5d895d73096", },
};

/* llama-rope-linear */
static const struct model_config config_14 = {
	.architecture = &architecture_llama,
	.layers = 3,
	.hidden = 60,
	.intermediate = 53,
	.heads = 6,
	.key_heads = 2,
	.head_dim = 10,
	.vocab = 101,
	.positions = 128,
	.context = 320,
	.eps = 0x1.0c6f7ap-20f,
	.rope.dim = 10,
	.rope.theta = 0x1.388p+13f,
	.rope.scaling = 1,
	.rope.factor = 0x1.4p+1f,
	.rope.original_context = 128,
};
static const struct golden_tensor tensor_14[] = {
	{ "model.embed_tokens.weight", DTYPE_BF16, 2, { 101, 60, 0 }, false, -6, { (const uint32_t[]){ 7 }, 1 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "model.layers.0.input_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.q_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.k_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.v_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.post_attention_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.gate_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.up_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.down_proj.weight", DTYPE_BF16, 2, { 60, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.input_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.q_proj.weight", DTYPE_F32, 2, { 60, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.k_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.v_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.post_attention_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.gate_proj.weight", DTYPE_F32, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.up_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.down_proj.weight", DTYPE_BF16, 2, { 60, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.input_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.q_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.k_proj.weight", DTYPE_F32, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.v_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.post_attention_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.gate_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.up_proj.weight", DTYPE_F32, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.down_proj.weight", DTYPE_BF16, 2, { 60, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.norm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "lm_head.weight", DTYPE_BF16, 2, { 101, 60, 0 }, false, -9, { (const uint32_t[]){ 11 }, 1 }, { NULL, 0 }, { (const uint32_t[]){ 3, 90, 3, 4, 21, 20, 50, 77 }, 8 } },
};
static const struct golden_probe probe_14[] = {
	{ (const uint32_t[]){ 88, },
	  1,
	  "b78b287a131778bfa6882412ae770826be88dbd31b6140aa7461e338421e95cb"
	  "e0bb63c5825099a86f29cc300625455ebe5f0014b912fdf5128ea2ccad97c104"
	  "d9b085c3d05dd87cf5514caaa37436b57f52c3ec7a43e0f30c549390686e572c"
	  "668fc6b5ca478c5d8a190928f64d13a89886f8d664642d523c77709f04e38f78",
	  "dea72e3013ee273e1ce4140270f3e46aa37d539dbcb338fba842ee65c2f125bc", },
	{ (const uint32_t[]){ 23, 83, 20, 86, 47, 94, 38, 30, 3, 10, 67, 5, 100, 8, 2, 6, 97, 98, 68, 4, 24, 95, 43, },
	  23,
	  "76640012a4ab001d0414a541bf0264214fe4b0927b26d2ce475f8fad8c87d91b"
	  "d625078132cd782bebc2f1a0a199dda2aa7115fd198c21b45d1bae157bc15138"
	  "ecde603ae0091e102560f62e5ee0bcb40de69d839c4a941e6ad5aee7f62c15b5"
	  "2747f7ea5bd329d4302133d4d1c38f702727ad61edb8dde721444d8d14f315b8",
	  "5ef4f4fc1c5ac63f4549b2a29c0a43d33ed5ff1a40321756e3e4b4a19da80f6e"
	  "1faf122f9f82a97a041912e0055dae82ec8f624cd091faea125325497eb62baf"
	  "b7c4338a30afc67031b26a71c85814b1ba0f0e77a58c133121537ee5c3e9fb2b"
	  "0935e68d615e861126e0cdb8856c8bf14562ccdbd69676bcd3f4e2b2d905d2a4"
	  "370905086c01e5e131205be8fc3dc1d151bd44d209014bf3c3561377ca61a9fe"
	  "a235bb681c7c2d2da7ab83df914effe162a24cfbd114881141ee797f69c4d989"
	  "a47858bab7cf9dd7ff29873156ec8e5d8a7b707312308b916d7b61e08066b396"
	  "8a1ea5e1471755a7af2bbd3922f152c59da165189329b09029b8a4e44db5ed1f"
	  "5af15086b9b17aa0b7b4557bf909a4d1b8bb119f3864214d364c4abc8d3586a0"
	  "01a42844b6f939982e7ced275dc53d8898091dc97006b8b45a4fe2bce13db7e1"
	  "b6f189c948878df08a274d77dfbd59e243c44537d99b5c2d73dd3560fa8fb5ea"
	  "6ce9d27461038101bba3371b64ec02cfb6961d2aaec3cfa696a33c6300e3f3e5"
	  "c0084b615e1929fc22f8b4f71a8007990b1cbdac7846e1f4a4f3d2401d1645a1"
	  "fb8d5f3d0071ad25ca92e82a69e7752946b0abeaa4e42f5d47d99238df4564c4"
	  "acdf5a0e9bcdc254cc66f46e30697d5eb873c7776a90a1283ce11ee827bf1739"
	  "6d2e13ef389fdcb8424bf7a89ab91b5c938d3184498aa8980700977f84c97166"
	  "2a0ceb9e9afa8005fbd3017ee16a46431f2f5e1fdd0d9513f6f31d9ce9f3f5b0"
	  "4516c0a94332bcf812e91d90a37ecf20c5d99172ec1c6ac823fa22c52a084c6f"
	  "6cac5559ecc03db16663ad60de17acf3149d0c1948b31b808d00f9364c320b8d"
	  "b8af57305c901c28aeaf80ef2bbb662db6770edb2573298f474e782092882dd8"
	  "7b67196999f698eb439c1baca7e3c24b00ecb36cda81d40fd3b57243f3c5b4bf"
	  "96a2dc7346e7b0817f311201350337b4efe7d759685875dd1d1589ee417d5585"
	  "996ee55cb61d28e4964710ccfad0a0078ef7a62b80b3b76a2093e4f5568f94d7", },
	{ (const uint32_t[]){ 81, 58, 65, 5, 72, 63, 55, 30, 60, },
	  9,
	  "0375f2b15072f2e21da4355f67df4c5eac28bc6c6216671f38eeefde59b7d24e"
	  "647f56e78ea854f85abffa294d1e6788828039b761cffad15f4be83630c69707"
	  "66df38bbab83f155f0972ae87488171abb5335b9a58cec6bfeb544467d552481"
	  "514bbade2e74b59d704b4fde70018a8365ab23b5ba37db0e1401b3deb4817017",
	  "c75e112001916b5273121f33eba3126a6f29a20fdfdfbf49f80a382df39d2222"
	  "55ffd8576eaf65a8687d1098c2458deaed11b4d5bf180ebd2b17c1dba9083dc4"
	  "a70c2cb49479a23a691f1f76f82a9d0c8f63b8e7b9fb01814a5f8a38440d0852"
	  "80857ca43262fc2b878cf736498024099e80c3e5a5b99a39ef8e925f1163f2f5"
	  "66033e3c63303097188966de276b8a1e1344771bb7d9bc34f7209bcc8e9f7fd7"
	  "afb164ab92e17c203ab637a0cc196c33ed57e3a802605ca4cf33b3afb74acbcc"
	  "3e9f372971a829eac51e2394ea1231802d2f8152c87bc22c36201c8e2ce29bc9"
	  "978431bd89d1239472d9d0d8f57db8fccba32688cd1b46ea6bac5de96b081bfb"
	  "c63b4b0073b1ad4e394e9f4850a126d3035472bdd41a92be102dd823d076aa67", },
	{ (const uint32_t[]){ 7, },
	  1,
	  "ef51a5c4e6b2dc5ef8eb5f3d9d42e5b94edb35631526b457c84abe0c0fe2a80a"
	  "a8c6a7bf4de903062a2f7a330779fcb0eac04c78f706f04fa2782f0dd13a2fc4"
	  "c48b9337758faafb995877d7bac2192b9fe4b3eda9fd79c2c32403fec7c08712"
	  "564411c604f2a329cfd63fd8f73c521d7e73670406903fab2c5240c8a651990c",
	  "12d75b15f6ccec0200e17fddf20687116f22a18c86e2802a780272124d705540", },
};

/* llama-rope-llama3 */
static const struct model_config config_15 = {
	.architecture = &architecture_llama,
	.layers = 2,
	.hidden = 60,
	.intermediate = 53,
	.heads = 6,
	.key_heads = 2,
	.head_dim = 16,
	.vocab = 101,
	.positions = 1024,
	.context = 1024,
	.eps = 0x1.0c6f7ap-20f,
	.rope.dim = 16,
	.rope.theta = 0x1.e848p+18f,
	.rope.scaling = 3,
	.rope.factor = 0x1p+3f,
	.rope.original_context = 256,
	.rope.low_frequency_factor = 0x1p+0f,
	.rope.high_frequency_factor = 0x1p+2f,
};
static const struct golden_tensor tensor_15[] = {
	{ "model.embed_tokens.weight", DTYPE_BF16, 2, { 101, 60, 0 }, false, -6, { (const uint32_t[]){ 7 }, 1 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "model.layers.0.input_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.q_proj.weight", DTYPE_BF16, 2, { 96, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.k_proj.weight", DTYPE_BF16, 2, { 32, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.v_proj.weight", DTYPE_BF16, 2, { 32, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 96, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.post_attention_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.gate_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.up_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.down_proj.weight", DTYPE_BF16, 2, { 60, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.input_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.q_proj.weight", DTYPE_F32, 2, { 96, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.k_proj.weight", DTYPE_BF16, 2, { 32, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.v_proj.weight", DTYPE_BF16, 2, { 32, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 96, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.post_attention_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.gate_proj.weight", DTYPE_F32, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.up_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.down_proj.weight", DTYPE_BF16, 2, { 60, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.norm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "lm_head.weight", DTYPE_BF16, 2, { 101, 60, 0 }, false, -9, { (const uint32_t[]){ 11 }, 1 }, { NULL, 0 }, { (const uint32_t[]){ 3, 90, 3, 4, 21, 20, 50, 77 }, 8 } },
};
static const struct golden_probe probe_15[] = {
	{ (const uint32_t[]){ 86, },
	  1,
	  "839419e1f7637e5e19bc6f62a435fd6c9488840be941fb950bc1f8d7945101bb"
	  "d329bf1282dbd294921f7580965ed33b5bc77c1e007b559c867b124dccaf208e"
	  "0a4cfed8037580c3a678020c4c229a416a5d8e7d8178e13a4da0144bf8d9d5d4",
	  "2efe259ac1954e2cdb697efe61caabea8ceb4a89ea50ce104204d3e1e9a31cce", },
	{ (const uint32_t[]){ 80, 43, 9, 56, 44, 85, 25, 34, 83, 87, 100, 27, 51, 9, 83, 89, 72, 42, 41, 25, 15, 28, 34, 51, 19, 83, 54, 74, 47, 28, 76, 78, 81, 77, 60, 2, 15, 18, 57, 84, },
	  40,
	  "549040526ce6162b890803f2be267fbd4ba1e5851ac22a33f1b3e87061d5f027"
	  "0f1e4aca7fbb0c7ec9db7653ebd04f2fbcfc04467f1858a21ed34ce53859d29f"
	  "07988e2d1d3cec29a8aa58d79fd2d158ae5640c9dc4f84cf0209e7b4ea44a727",
	  "fdd1d793774fcb365671362792f47cacd3be91d184e1b94dba5f396ad3a00021"
	  "081289316d3117d6459ca07a0333ab41e83c0f1c4e38a6ebf533546cf04d47de"
	  "7d88ee86d1d8a64ba43dbccd342336f612086a21ee0f1a368e74eb4832f9929d"
	  "0098955baf3486cf4c860a81f272a7835e104e4c05310a34873892a291c16984"
	  "ae328fc68adf89bda7d480b96c8e31f18d741d47bfccee43440b8eefd9a7e130"
	  "ca77952033cb7091a5cd81b38819aca1319ffdb45995425c2b2ffd67c2d587a5"
	  "84003d00bb98ac4eaf724a61bc4e8c6b0533758e38d6cebc4992580eafabaa55"
	  "5ed3be45b84dd6c35adf27bdd470c206f9f375bb1126941ef539e93e9b85421b"
	  "c72de0b4f6ed9679f65985cded6824ba1605962c94df2701853e30548ab3644d"
	  "3e09ab6886cc0508a6eeb5dace26d74199f937477aed4f59000b41f3383b757d"
	  "555bdccae734c05b0b7bbd6a6c7d684a315af623d225cf1a3b4952f1abd31569"
	  "6149b01a86751f31844e159e3329e03659912f0be320a40ab58c15a5cb136110"
	  "33536010a271b5b10053fdf9a595b91aef0f1c0ea72b5956e25e8dbffec36b94"
	  "36412f65f4b04e520291ca1465bc4de994cbbffdc5902047f128af7907016fca"
	  "c3578f06348e37a09826027bb421b5433e014a80f97518ec44cefad72aba2ce9"
	  "efe33cfe927b7982df57a225f1bcdd32ec1276d9dc737e3f3be6e0c8ba54a433"
	  "2111a591b11a7d3b74e3abf0071a3659e1a398d8369e5034d1dcabbcdd75427f"
	  "35b64a459fd54156861c89b64db1a19dbb890f558c788ec65817f63883bd16d6"
	  "944bd9ae3446c0c4d954aee0a519c5b55e6326e530c5fa0e32679917dc0e021d"
	  "15c3dde8596566eda4f41005a9c47b72bab1fc5ec940ebc39255e5534652a76b"
	  "1c93833240c39bec79ba8539ef1fc6ff06249fa6ce71607fe17d6ea613f70d1b"
	  "fa7188aa67e412833fa867c4eba12eb60b1d8149df74247dd789eea03d68ae78"
	  "22b8ac0eb30ff2e5716d4dbea71fafe7bc4c3f907cc2421dbf1268373861e68e"
	  "4e233bba4bec826cfb6d001029844c1ac6240113bf0cd1a26138e4a3c223fc90"
	  "68080fe6a85978b36693f4c58fcd1f1a33289ef10c50bc7c708d05a1b7d1b645"
	  "8d59f31636692419689a4e2859b17a8eb500fcd0efa53ab3cb3ef646126bba42"
	  "5c463f8cb512d0e4730b2b713ad95fbdbef75ff0b8382fda53a90b4d2305511b"
	  "7a616f68876de72286e5016bf7a24c977a0e4362989aa48528d53df384ec32e2"
	  "c076264f8ac4d3360a3e66731d4b3e9a7bdcdd0e554e97a713acecfa41068850"
	  "c9ab28fa09fc5be00f0c6a4e1e41aa38679d3e6b06bd075b39181825c0d365cb"
	  "6f839f507381191aeba941f5caadf54c59651985eac52d475e9e98a3690ef484"
	  "58daa34d726e38e516d8be05f16ef7b374b2a85f4e6091e2fe93770f43bf614b"
	  "a56847fae1b3a66a309d70bdd8a2f987ff9106ba75ad75180cd5ffef22b719e6"
	  "e691f4200d0b72f8fdc6d23728704bd82db6ffbf349aa7c8e3821c84e20ae6c7"
	  "d9349f301494a2ab2523cccb18b36253c639c280845f35a5381c47a9d6a7a9b2"
	  "c07e620eb135d5998e4d26e1e5fadd9ff8c585a19c3c0f9c4865d7a0837384b7"
	  "552805931ca9d608efdeee9415cb8f868d5e94ab4c5646ec05f45da78b0d81e8"
	  "326ae3c48fe66f1d17acb98b1cf3fd113cf244079d7e62ffc0efe1622b9df805"
	  "30e776b14f64943bfae641f1c31ac70d6e2f95d22f9687c4855cb62bc7b14ddd"
	  "6ae04f15ffaa516971da50e9101d703c9f52d4926b7881606893f482b5ae39e0", },
	{ (const uint32_t[]){ 7, },
	  1,
	  "3fec47654fc0925e731f3ebb8223396b9d1f56043a106611c6e72c133ca9be70"
	  "37bd223ce75858a0a1f368082cc4c9a455133c520481f654400338d85919bb22"
	  "1e472ed036a66af0c5db804cdd815decf87654cfe415439881bb555c4f4215a3",
	  "b84f568c443b27cf01415a01942e3e7e5300250338af084f657389e8b07185d3", },
};

/* llama-rope-yarn-given */
static const struct model_config config_16 = {
	.architecture = &architecture_llama,
	.layers = 1,
	.hidden = 60,
	.intermediate = 53,
	.heads = 6,
	.key_heads = 2,
	.head_dim = 24,
	.vocab = 101,
	.positions = 128,
	.context = 128,
	.eps = 0x1.0c6f7ap-20f,
	.rope.dim = 24,
	.rope.theta = 0x1.388p+13f,
	.rope.scaling = 4,
	.rope.factor = 0x1p+2f,
	.rope.original_context = 32,
	.rope.beta_fast = 0x1p+5f,
	.rope.beta_slow = 0x1p+0f,
	.rope.truncate = true,
	.rope.attention_factor = 0x1.4p+0f,
};
static const struct golden_tensor tensor_16[] = {
	{ "model.embed_tokens.weight", DTYPE_BF16, 2, { 101, 60, 0 }, false, -6, { (const uint32_t[]){ 7 }, 1 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "model.layers.0.input_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.q_proj.weight", DTYPE_BF16, 2, { 144, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.k_proj.weight", DTYPE_BF16, 2, { 48, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.v_proj.weight", DTYPE_BF16, 2, { 48, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 144, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.post_attention_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.gate_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.up_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.down_proj.weight", DTYPE_BF16, 2, { 60, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.norm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "lm_head.weight", DTYPE_F32, 2, { 101, 60, 0 }, false, -9, { (const uint32_t[]){ 11 }, 1 }, { NULL, 0 }, { (const uint32_t[]){ 3, 90, 3, 4, 21, 20, 50, 77 }, 8 } },
};
static const struct golden_probe probe_16[] = {
	{ (const uint32_t[]){ 68, 24, 48, 23, 68, 52, 74, 57, 67, 85, 13, 18, 30, 92, 53, 48, 35, 96, 84, 71, 35, 3, 17, 63, 82, 100, 12, 92, 87, 61, },
	  30,
	  "6f63334667c9cd48db834a32c9087bc854f38bfb1e9350c905253e22b475c0af"
	  "34eb218fcd1376b6fd7f0706e9e43d62b13b57961c8f3f1d80ee23b35190d088",
	  "e8b138eb576050402f66795ec3fcc916157bda51e5fd5b77d3415c6a0c465e89"
	  "b7ee96ea61abd4c1a2125cacebefc9e2f0a2fc3851ce86fa1471efe3c24d1908"
	  "d46144a3df6c147c46bd3971f10233e5c451cad095c590452c0b2fdaa502b8c7"
	  "f54531a0095797cedd9d985b3cb18ee99dfda2a28f93e92cdcfe3ee36d4c78e8"
	  "e93f608ea19ff4bcc1c6c4302ec71a20736cd13a9bd24543a5d47c18c049587b"
	  "75142bde67b86e676ec48b2de1518f4755ce3da4ebcfb0098bbd51a73c18eafd"
	  "f2633ea05a7ab335acd0f90446307f50f9f85a1eb417adf250fa6847d34c0670"
	  "9b6b97d5781c41466a7228ba83c1b5469cd4353c5c8db0fbf50ed98bd8d5d745"
	  "87fc34bc251d3a8fcba5673bea9243d9754da6b83b421c3824016366db54b192"
	  "46a3e5545c4bbf721ec827b556702c8363d14cf16ddacc77de37c7503689925d"
	  "ebe623dfaa51da99b98202357ed862905c7c251493f5ff0a212e29056957daff"
	  "5433541f99d40dc84daf1fa6a77a6680f977152855a57b222ab3c3080864bf48"
	  "3e07ecaf43db0febfeea2b97959eac38f4a0d1bee46f4498946b75ab5bb642f5"
	  "fde0c82cec1e754c1b81271baee6fa36986e729332830e57ca643a5d568fc057"
	  "5e4379fd90800e4f872cd34d1c14f2da8070badbfbd24f7f5b545c273f0fd5d2"
	  "126b04527079b764884825614fd8c4042e3405a15f007b69ddaacd28aec69658"
	  "bc6a5abab77229e58483d30f7b1ebb3c64f51fabeda931195df8be438ca799c5"
	  "de4506603ca4252c33e79c5db06e80d5c17c64229d6552678626ef26bcfa38f8"
	  "9bad10146d7c06a4f85728b362f0cd4c0b4563400ee8f26e10d0f49d8239af6c"
	  "9dd46e5b4d019740975cc3c62bf5f0ceffe346aab462a80405fc1fb9f2a8b952"
	  "0095c68e72566561c4ee0aa5ed57781a10040bf0b282b29c314523ff15c39e51"
	  "e91553e7127e81faf76aa66416ead86c3fd5203d5212da646ce71ba61370bf0d"
	  "ad955e301d5aec47dd74d8726528299a3752f32636236f5f5a79ff7e7acc9f43"
	  "eff2dcd8101d6fb2aeffa628ce335da7eb5834bb5dd5f6e95891acfc22151662"
	  "5b0d673ba94572840f130e33c452570aa1a724e35541d9fe506d294f09cb1cd5"
	  "8d7009a44855952c52bf2815088e5c8f901c38be49adb41032972497c4939191"
	  "7fa909b2635557ba6f489ecc12964d9aeb1725a8dac82db97354b546b1c35a36"
	  "524e6cb94e891ed18606bcc6b0de30056ace095919b9d088b27c804487adb0fe"
	  "8ec3e317632c40a7d1bfcea9a8db0389fc7f5c52bc65d1804285f6857f4f0981"
	  "33473e6b96eefe142b736c486b344aeb2e21b717ea42ab4006b9bfacaa0c4247", },
	{ (const uint32_t[]){ 7, },
	  1,
	  "0480c0b67394ac9ec5fcc580267b034e4044922e1fde854ab1d7c982d57c95f4"
	  "595daaa88f32d54ea1a08a2ca2c304ee35adf854853df427343c03c8c4ba8272",
	  "5a2de107827e1dfe53158bce1b49a50b374a159bb1e1624b85737a30a65b7240", },
};

/* llama-rope-yarn-mscale */
static const struct model_config config_17 = {
	.architecture = &architecture_llama,
	.layers = 2,
	.hidden = 60,
	.intermediate = 53,
	.heads = 6,
	.key_heads = 2,
	.head_dim = 24,
	.vocab = 101,
	.positions = 128,
	.context = 128,
	.eps = 0x1.0c6f7ap-20f,
	.rope.dim = 24,
	.rope.theta = 0x1.86ap+15f,
	.rope.scaling = 4,
	.rope.factor = 0x1.8p+1f,
	.rope.original_context = 64,
	.rope.beta_fast = 0x1p+4f,
	.rope.beta_slow = 0x1p-1f,
	.rope.mscale = 0x1.99999ap-1f,
	.rope.mscale_all_dim = 0x1.99999ap-2f,
};
static const struct golden_tensor tensor_17[] = {
	{ "model.embed_tokens.weight", DTYPE_BF16, 2, { 101, 60, 0 }, false, -6, { (const uint32_t[]){ 7 }, 1 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "model.layers.0.input_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.q_proj.weight", DTYPE_BF16, 2, { 144, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.k_proj.weight", DTYPE_BF16, 2, { 48, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.v_proj.weight", DTYPE_BF16, 2, { 48, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 144, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.post_attention_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.gate_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.up_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.down_proj.weight", DTYPE_BF16, 2, { 60, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.input_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.q_proj.weight", DTYPE_F32, 2, { 144, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.k_proj.weight", DTYPE_BF16, 2, { 48, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.v_proj.weight", DTYPE_BF16, 2, { 48, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 144, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.post_attention_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.gate_proj.weight", DTYPE_F32, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.up_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.down_proj.weight", DTYPE_BF16, 2, { 60, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.norm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "lm_head.weight", DTYPE_BF16, 2, { 101, 60, 0 }, false, -9, { (const uint32_t[]){ 11 }, 1 }, { NULL, 0 }, { (const uint32_t[]){ 3, 90, 3, 4, 21, 20, 50, 77 }, 8 } },
};
static const struct golden_probe probe_17[] = {
	{ (const uint32_t[]){ 33, 50, 26, 59, 1, 50, 86, 62, 88, 46, 67, 0, 1, 81, 19, 4, 55, 1, 45, 86, 31, 90, 60, 6, 76, 70, 55, 30, 34, 94, },
	  30,
	  "59b6943efa619ee494c2ce841719a5f2ad6deca39e14f738032a7327632e37d2"
	  "cd0763943f31e48730a1e87394bac9b80f92dd18b9b9bb33fbfea88ddd2df9a6"
	  "5afab32f953381ab89039494f8324b745fcb71d6343afc87dfbd4dada24104b6",
	  "08530227143ecf19cc4dfb13eac0d35c3e1a5418bba080db02fff755635d0b73"
	  "3bca2194089f10b8afe72421bf4aa14a77e3759e38f28f7b02b5f9dc9a1257cb"
	  "6385fcef4e0c2c07aaf4743c408bb1151b3d913de6e330cb9d729a6394ff5bd8"
	  "85427a9ba01d876bd8de74218b63e01ff669795b4efe8e90a10e97f1b69e4d4f"
	  "ee4d4cb00f70d2168bc040a7eadf277143187904f5a0244d5a0a15d8c39ce952"
	  "597e3e8099d18fec45b417afad10a88120dcc4530855d6ab14d938542ddb9437"
	  "5b0eea71db806f4906226927dd5e8fa976b3849e362a67493a48024eafc816e5"
	  "501e26f1d1064bec90b10d53c17caea42aec07c9fa6ef248a9286a58b1bda9e3"
	  "0c77d0c17598638b89129558dce7d4ec92c1006c11347d1af42123bb7adf97db"
	  "6f03351a08c5a264c683a6518307edcf94416c725870add46d0cc387f50a6a8b"
	  "d6dc089364884863922299c495aa5746adfabe757c597d7dad4ab69497b2dfbf"
	  "00c687f712e0294769ef0d3246e918fbcd31c353d5b804be60afc3d14106a703"
	  "280268ff58afd4649ca111b4b1201e2de5e6b000e4774cb370643e9b28086a3a"
	  "26fb81b24e2ac0654a4e69535f29a990571fe55d8318cd65b616b039b8c1c512"
	  "e0162e46c3e172c8d90125672c31637b99b1d6444dd166f16eaa2db9845bbec4"
	  "79c9936386d7050ef4cdcaf2df85f52eab353c3451ed17a579fbadc2d5a66465"
	  "efb46a9b2f4c33408656dbe03c8745815f00fb1fc355d9c1cd144d9920a30b5e"
	  "799d25cdf29798055df4d2a9d67a4f06c729f5a8376632e90e513ef94ade486d"
	  "7aca1c60fa7c8a832e77eb26101d0feb992ef676232c7d4445bdf80a72dd6647"
	  "93ec85b6a697569949f509ebe38e7bbb18abeed711eb861aa3f4d4c607fc532d"
	  "b9240bd303437cfbd0e49f8197b23cc0869825621e9782ad4b7b5b7e7114ee51"
	  "eb79af7f602f664c35e671f16c00afd070ea8c18b0b52098eec01b4020d75304"
	  "6d5ed3fd3566ea1aa56372ff36ea78cd962b13cb52ddee03cfd80cb5a7841a12"
	  "2bd717a49d4b1d418b19383481f330e6dc8cb78595d6a10df511f1f636ea06fb"
	  "f24c32b635ba026e0306122dd7f172537a940083108622901256c4cd8a271adf"
	  "2e48419a8d18b2c097503dc0670d5d95bac97187c88f9a083b627a60a43b7112"
	  "d1ea70bafdded69a0140827b543662669f5e3e4b6c6415123e638976d205c3cf"
	  "c9f3725e814e09e54d9a92ee32d5881524feac0bd2ca1dc8dd5d44c978de9462"
	  "23e8be16e700e5bd5360b2b940acc524418d4513a9f2d784fb3bed1a032c98fb"
	  "55b256225035daee2dbd3b05d8ebc3351570f615b5971536ddcf46719d322da9", },
	{ (const uint32_t[]){ 7, },
	  1,
	  "3f8ffddb23f7843da1697b20844b1604550ba426b4d38d9db6e0d115b4b7c41e"
	  "b3a0724e9546e3b654b36cab6a75b9047cead984075eee8790d6098cb196974b"
	  "aaecf7bd4835f57a53cc8159d67bd226c3e6ebaacc32f2fe77c07bb3ce63d20e",
	  "a69131095e6e13861d9a339927196c64880b6ca32db686e42a0e6293b49a531a", },
};

/* llama-rope-yarn */
static const struct model_config config_18 = {
	.architecture = &architecture_llama,
	.layers = 2,
	.hidden = 60,
	.intermediate = 53,
	.heads = 6,
	.key_heads = 2,
	.head_dim = 20,
	.vocab = 101,
	.positions = 256,
	.context = 256,
	.eps = 0x1.0c6f7ap-20f,
	.rope.dim = 20,
	.rope.theta = 0x1.388p+13f,
	.rope.scaling = 4,
	.rope.factor = 0x1p+2f,
	.rope.original_context = 64,
	.rope.beta_fast = 0x1p+5f,
	.rope.beta_slow = 0x1p+0f,
	.rope.truncate = true,
};
static const struct golden_tensor tensor_18[] = {
	{ "model.embed_tokens.weight", DTYPE_BF16, 2, { 101, 60, 0 }, false, -6, { (const uint32_t[]){ 7 }, 1 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "model.layers.0.input_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.q_proj.weight", DTYPE_BF16, 2, { 120, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.k_proj.weight", DTYPE_BF16, 2, { 40, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.v_proj.weight", DTYPE_BF16, 2, { 40, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 120, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.post_attention_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.gate_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.up_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.down_proj.weight", DTYPE_BF16, 2, { 60, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.input_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.q_proj.weight", DTYPE_F32, 2, { 120, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.k_proj.weight", DTYPE_BF16, 2, { 40, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.v_proj.weight", DTYPE_BF16, 2, { 40, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 120, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.post_attention_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.gate_proj.weight", DTYPE_F32, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.up_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.down_proj.weight", DTYPE_BF16, 2, { 60, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.norm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "lm_head.weight", DTYPE_BF16, 2, { 101, 60, 0 }, false, -9, { (const uint32_t[]){ 11 }, 1 }, { NULL, 0 }, { (const uint32_t[]){ 3, 90, 3, 4, 21, 20, 50, 77 }, 8 } },
};
static const struct golden_probe probe_18[] = {
	{ (const uint32_t[]){ 47, },
	  1,
	  "68f4e05dbc6937059618b0dafde1614002d4aa41ee11da7a586832b403b335a9"
	  "56232e454c90fa61e5a6ea8c31f6bbd4391d2a37cc213953cf4b0428441842d2"
	  "90bb9f4f0789972c897a03e09217f29437a04e49900e6f5d048b0ac62b88079c",
	  "c3ddd8ee45e21173fb55bba0c91f7606a8bbb9bea35b60d64fd126635bae6861", },
	{ (const uint32_t[]){ 65, 26, 72, 71, 36, 18, 74, 24, 89, 46, 17, 57, 68, 32, 88, 23, 7, 85, 74, 23, 12, 97, 21, 34, 70, 13, 36, 22, 97, 18, 20, 22, 92, 52, 27, 87, 34, 79, 89, 82, },
	  40,
	  "d4fa04d178aad17b8bad03f967246a19793c54452387f0fe051c3864e264f2fc"
	  "a8b88d29638024996c84e6f2b1058b2e064ebd4f92ece0884cb08c7e974b6471"
	  "b050b62892424ff91636783ca20860b5fa41205fb65a7ac98babd88771e874aa",
	  "9d572ba8b742217a3caa6bc834de300f865d8239ec776607d6511231f965f793"
	  "aef79f9657ce0538a8aeedb96d31b298be0a70601a5e129bf38e2f9a91ef2d74"
	  "8c403252abd7fb245d8e2b92a869fd8b2833b2d182e1957179475cdf8431d221"
	  "405d2caaefe49068337c591fc9e3d7b4cb37611afe938013e4e6097522e25b58"
	  "c42567b4e0d77d1065dd6e2400d3ab12bd96518bba40cffaab2640be4f0f6974"
	  "ffa6aef84efb94fd8925574a6279cc86cbbdee85aa025bd70c8e5a2117081886"
	  "3a5e7e1073606a6dce29181456acc67ea883a3bdf7b054d942a40dd685bd78f5"
	  "b9e00cc101580ebb2b758a61c3e16f1d82816a5940714583f1836d72a8c75a3a"
	  "33deed72d1206ed447f1a3f197b4b0185f91a7710b56010cdd1e1ee07e16af9c"
	  "2e7634b3f92d8d4d222a801b3f75e20d6e435890807d7a1d0b20f23fc43b3ff0"
	  "08cc69620cdef135ab109e3b1340fd402a1ff58359c5e30c1f20eef9b8f7075e"
	  "050009a02fc23cec9ddc2ad57dc6d72cdc6f76021be5ae7aa33482f1d72a82a4"
	  "f30ba182316cac5b3c768c7bc2012f84182d031fbc987103378fa69da27f5923"
	  "1bb120b00e740b946fec5e0c8bfa724bcbfd5b0f5d55c418af50420612114566"
	  "d0299f7183d53f7b837e4ac6b5fb55d312fdf812a250d3c170a0c2d48edc27ec"
	  "e2be9e98ee9c5e14a1b2c9449ac76206346d0d340c69bdc72b359c93ba502db9"
	  "f3349487973ca44b4e9277b96911dad15639198aae62a2ecd846d1d29081e9a0"
	  "20bd5e753aca5f88ce2f80792bac7415e1e5d4576f786803842a4edb6340c06a"
	  "3f62ee3cdae2c1cb3208920afaec4647d05264e7c6924c44ece431ea9b1a2e4d"
	  "09d3cd8a1361dbd44887e91def64fefd99a1af6efc8d532b011ce664c455d3b6"
	  "4336268807049ba6143d07c33b07186b2f1c4931b09968f8faecc70de4cf78df"
	  "6a8e8ed6009ba55e574e4531e8560f2b8ea55edb3e50499b9d369a163e01d87e"
	  "268f6c793472d21fdc2d989834010246ee5b3efd18ded56c3fd0cb16c3af2e91"
	  "576e3fbf6de5ce390eccc8477679cbd4a308ab1af4aa9796d0255f015dae04e6"
	  "0a279051676c0ddc305ad8940a54bcc3d6daa42616fa185de845580f6ad080b0"
	  "bcacdf3ff1aac38fcd6f175c5ff498eb37419f0c414e63a56730d001242a659e"
	  "f9730eeac32d47b6e6fe775e055dee86957a81eb39fbf9042077933ae50f0fa6"
	  "f0d35440bbd557969ca17780a2305f295c4f06b2e11baba78b69ff7e86bf20ed"
	  "f32e77bddabbd158a034363489d338e81288bc8c66ee2cc3cfc2647ecc33b9ec"
	  "75bb8e8cb1f5856bc8e6569771dc826060de3502c62acdad7426917c7e0e40a6"
	  "2fd6159306418362d1d66213dca3f9feb2afe53197139457fc94935d06d1596d"
	  "a96f24c8c3d028ab78577f460781fa3ec954da56bde9b1189f3fc60caef555e2"
	  "e29e8002939d1065c38972c1c486fa656047353a85ff2d7456d1b4e6e438cfbf"
	  "156e39d00f18092424417d505dca3d6f87eff272493f062a3a5547518d8f7ece"
	  "e2bc9eec407301a281c1cff634543736ff639df0f504690fc8f38f55ec8393de"
	  "4246d1fe9b9abe04f21c1ac1a634c3dd904eb85f11dd73fee0e8a3668ac7877c"
	  "e1786bd57f6bf71fc902ddbdd74a061d3a3cf94beaf6f8238d1fbf8b1db31bc2"
	  "1fcd014ebceda510c2b242ece4d56285ab37ae7756ed5077c2529eee1f877cc8"
	  "525151359276822e3945c2db9989cb44242192d50d148109a2eab1764f72aa9b"
	  "723d68b4cf60b70ad39be60fb91eed323ce15a53a8d3cb09484bce141ff968ca", },
	{ (const uint32_t[]){ 7, },
	  1,
	  "d3fbd9ac743a6e3bb240f16233aa552485d55287f49eb1003f29fa26745d2485"
	  "0ab81dbc05b6963d4306613f6be65e19276387a7814b67a9b9c28012e7a3f058"
	  "1c89fe1748920c2799148c7cffa203c16bbbcf94a2d53d13fbbceff7071ebb5b",
	  "eea837a3b6262a826014bac4332bdc383afcfb316273740167382206a7aa3001", },
};

/* llama-zeros */
static const struct model_config config_19 = {
	.architecture = &architecture_llama,
	.layers = 1,
	.hidden = 60,
	.intermediate = 53,
	.heads = 6,
	.key_heads = 2,
	.head_dim = 10,
	.vocab = 101,
	.positions = 128,
	.context = 128,
	.eps = 0x1.0c6f7ap-20f,
	.rope.dim = 10,
	.rope.theta = 0x1.388p+13f,
};
static const struct golden_tensor tensor_19[] = {
	{ "model.embed_tokens.weight", DTYPE_BF16, 2, { 101, 60, 0 }, false, -6, { (const uint32_t[]){ 7 }, 1 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "model.layers.0.input_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.q_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.k_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.v_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.post_attention_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.gate_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.up_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.down_proj.weight", DTYPE_BF16, 2, { 60, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.norm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { (const uint32_t[]){ 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59 }, 60 }, { NULL, 0 } },
	{ "lm_head.weight", DTYPE_BF16, 2, { 101, 60, 0 }, false, -9, { (const uint32_t[]){ 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 56, 57, 58, 59, 60, 61, 62, 63, 64, 65, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 89, 90, 91, 92, 93, 94, 95, 96, 97, 98, 100 }, 91 }, { NULL, 0 }, { NULL, 0 } },
};
static const struct golden_probe probe_19[] = {
	{ (const uint32_t[]){ 26, 45, 83, 56, 75, 20, 68, 21, 34, },
	  9,
	  "1c3ddda84b78fb5fae5c4ac8069c1c5a6ccfbdb98c22b844640a9b866720791a"
	  "63f1d2f5a27338c3c93cc7d1fcd12253904eb3c17f31f75a34c1d31bb0cb1f93",
	  "f34299cfecee32c92f988d44c1b70d0f8733ec622dd2598e90af4f18c73894b1"
	  "0b3c596be72215206a6e94ff15071a04038d8a367be92cb49863ed70431e2e01"
	  "9ee39fe051fe7d28a9388844fec82e014431dc7f5f29fa14d4911ff051324794"
	  "d297d63ce7f69137ce45e447d09943f8a10c2c769433ebcf800153f42ff13598"
	  "4adfdc9511804b7629afa10f2672fbe924c77146de015da62d8a0df3855aaa0b"
	  "bb26b415b74aad217c57164eeb7a115483aab6ee7553038c79dbb23afbdbbd2a"
	  "87ea82d81d4d7f71c98684776506d389bac82185cb8e0da44ccf15b9d8a5017a"
	  "4d303b7318db7dfe86231525e20321cf0959bb90da7e2e7130e86f286ac7b52a"
	  "ebabcb393aed7e1d7fc177b2319a0f4e480ba32b1b9e317043a0b792c51aad77", },
	{ (const uint32_t[]){ 7, },
	  1,
	  "ab8064a106389d5bfbb3fbb4cb23db1f6996b2d525660a6f9385a37c47301bfd"
	  "9274667d161fa12150f70fe4621d9336b30750b9a6d0b587fce8c7e9be0c7dcc",
	  "7316df04a97c0c93bd4aeb2b2ae9e6409c02da66770d4eab51be6bdd47eff3c6", },
};

/* llama */
static const struct model_config config_20 = {
	.architecture = &architecture_llama,
	.layers = 3,
	.hidden = 60,
	.intermediate = 53,
	.heads = 6,
	.key_heads = 2,
	.head_dim = 10,
	.vocab = 101,
	.positions = 128,
	.context = 128,
	.eps = 0x1.0c6f7ap-20f,
	.rope.dim = 10,
	.rope.theta = 0x1.388p+13f,
};
static const struct golden_tensor tensor_20[] = {
	{ "model.embed_tokens.weight", DTYPE_BF16, 2, { 101, 60, 0 }, false, -6, { (const uint32_t[]){ 7 }, 1 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "model.layers.0.input_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.q_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.k_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.v_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.post_attention_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.gate_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.up_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.down_proj.weight", DTYPE_BF16, 2, { 60, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.input_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.q_proj.weight", DTYPE_F32, 2, { 60, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.k_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.v_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.post_attention_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.gate_proj.weight", DTYPE_F32, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.up_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.down_proj.weight", DTYPE_BF16, 2, { 60, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.input_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.q_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.k_proj.weight", DTYPE_F32, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.v_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.post_attention_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.gate_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.up_proj.weight", DTYPE_F32, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.down_proj.weight", DTYPE_BF16, 2, { 60, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.norm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "lm_head.weight", DTYPE_BF16, 2, { 101, 60, 0 }, false, -9, { (const uint32_t[]){ 11 }, 1 }, { NULL, 0 }, { (const uint32_t[]){ 3, 90, 3, 4, 21, 20, 50, 77 }, 8 } },
};
static const struct golden_probe probe_20[] = {
	{ (const uint32_t[]){ 51, },
	  1,
	  "a1d6f17793a42a374456ac7bde5204f74153c5f6286b291eef1375c47cd25bb8"
	  "d4b8dbbf1cc9d6dfdff31c2a07c456e8a7f7dad91243c0be2c25e2faf17fa93c"
	  "022dc078c6107a01079ceca23bd59daeb4955588ce4742982bf8193d0d45a077"
	  "fa6eebe9f4c959f7c610e2d21bf95a60fc4bdc96cb5d8e1b8d77f5cce79d990b",
	  "438cddbc3b402766f2ced6b859703487f7991d1c7f009a04732b18bd4581be7c", },
	{ (const uint32_t[]){ 93, 0, 73, 44, 35, 77, 64, 89, 99, 75, 90, 12, 75, 41, 61, 46, 61, 2, 5, 50, 6, 39, 0, },
	  23,
	  "b819b134d01451673654eec8a2b85cf03fb5d30337f27cbbf25e965797319846"
	  "7e69d898f085e4eca930f533e395835eb2fe880d4a44b78565e8001a94377774"
	  "da727edcfd4b6ffbf711464dd141f297b069a3f6605bae61b2a92479a363156d"
	  "39d77d95f9ecf0c876b32b4def208022090d2a3d6ca70da4b41d64231a5a4075",
	  "1fb949be27e9c005589d81566f15d3c644bc8d02d670e378ccc09f8e60b659a9"
	  "e48b35c43e44d66e6b7d64d449e27e57b19e38d847c1c63915a4d049912e1873"
	  "47069d7c438d621ed77579ebd95b987b9db82322456580d822c6ed74984ef59d"
	  "9a135d1d796eed23f55dbf3c656c56b9526bf3af75f84a3b35d2f528e455527e"
	  "e6bc92123a3e2665d042329b9326cf25273747f5d647709213cf7d6e4e3b1fad"
	  "fabf447f8e7ea70de2b6f5f60c36d9e3506dfdf31c1d9dc3cfe5b3c6a0f80f4d"
	  "68bf8e49e4d11c6ff0cca08b12a153195513354140caec393e45e6c939944aa9"
	  "8b79dd298e74945cd181d9c54c090e742532c14bdd28acbc2b418d198e9b7677"
	  "60d0c3e220c09f705c9ed94a921935d428e41f77e555e0e5a6aec01360dfde46"
	  "a7afd15e2bc1cafdfc44c99269b4be4a222674b3c2d4076f0561a86ce435099e"
	  "3a2863c19e312f0b6f1f5fd9d470496ca240255922b012c457e22267f67bbb6b"
	  "ab4b274e891372e126daeb910c6df7252491d176ca56c8dad0055a84214bd9b1"
	  "0e1ade9f6919c59344a3f4ee6d922359cd1691550fc896251d709465588561ee"
	  "65fffc270b60130fcbdf38b6b52afecedbe7633a5e0bb6999ae3dfdb00489e79"
	  "fbfd66a437d5299f11aeecd2fcbcbe6199be37be7a6c870621e64cfcb4bd7aab"
	  "b1cb6645bcc2eb42ba9ff06c09b53b1c1a92762107b35c5a645fd336d8ceaf79"
	  "4dbddce9f33055c0b76454e96e9007397b6419c1c88ae634da592360d158de3f"
	  "350a69f682270adbf5565b1fbecd22e7ebe4b44ed4c9b664c3c71a5cf6d44198"
	  "1e4e1d8f05af2a6918789d08c8202098ae7df81a71b170cee59973e678345552"
	  "550bae02c440df196363b22d261d1849d939a39eba9ec3bba8119e78b0ee5938"
	  "c3d8292d202d0e8ed6a312691eee8937db0c1c61368fac9525a67c688f875641"
	  "b7afb4592200535627a6110df2b2252b556704e94f560ac7d4ac3d92f935b447"
	  "d2a7a21dddac35f07c9267f5cdf9076ab7f16472c8e5bd2bf0cc16b7fb4788b2", },
	{ (const uint32_t[]){ 22, 0, 42, 92, 96, 76, 53, 55, 29, },
	  9,
	  "eb59445a355d6e9a62c3899881902b2fd2ed7b97e557f06fdee7ccb7d39773eb"
	  "2173dfaea0f07c97b4b6bf59103b45ab0a76cfb7cf26be16ef7749ad185093b2"
	  "f34840fc3a0f4bce7f62e9e17daf7f4fd17084826500b5b82d5a35be3c57cca2"
	  "5f8b8661b39035ac14a68b2046c40afc33f248b5aef33d7b164d238d1d14e5e8",
	  "ae0f1fc972bfebeb2da76fc1911ae6a4b23754acc723b139ab8b67e5d8ebce1e"
	  "c4a4c12d9cf03a5d0d1f1c39b3642495430f12661a8114510a5de3280e9aa8f7"
	  "381d4215d0d9f0145b5be69b677802869100f3ce30ebeb9a9818df1c1c633c04"
	  "e0d85f84fd9ad640e7a7e9f74203c9f89e642efa924dcec65616359ccc66af1a"
	  "49ff93a783b6f6134fd33cd4d50ab716364c1d0c2f41ebd46cd861cc44d5a6e0"
	  "5fabb6d995b43990b8655ccdf0dc1a579276810f8f1d5c2c253437613bcf191b"
	  "18128f373d866e0fb377e5647e3d709cd8a17c4f11bdb95fb03a5ebad05917be"
	  "f779b78c93ed58b63f5f3c330082c7a872fcb17d793fe00a42ba95d1bd16c51d"
	  "8cb17c6f1bb51ccdfaa4108f2148bb0d05e7d315cfd4c09c0db33aea24813528", },
	{ (const uint32_t[]){ 7, },
	  1,
	  "be871feb070e53df49bf52da26c319b2074138a18310bd235e4c4c0cf0513c86"
	  "13c7ff1cdc29f3372cc6c8892d6b8f088ed115f40af4b867b5eaae705338bfb1"
	  "a38351259b183d4d7747e3a9bd3c58431ce4f8b65a02f57e42ae4364f462511f"
	  "f5ba1b2dd872406b373285947c3f1bf66d8d66bd1dff55b1d7dfe4aa357925ff",
	  "76f59209211eb916ecdcb2d6b00e83670bcacbe1ecf27f28a5e9d73ef5e8be2b", },
};

/* mistral */
static const struct model_config config_21 = {
	.architecture = &architecture_mistral,
	.layers = 3,
	.hidden = 54,
	.intermediate = 53,
	.heads = 9,
	.key_heads = 3,
	.head_dim = 6,
	.vocab = 101,
	.positions = 128,
	.context = 128,
	.eps = 0x1.0c6f7ap-20f,
	.window = 7,
	.layer_set[1][0] = 0x07,
	.rope.dim = 6,
	.rope.theta = 0x1.388p+13f,
};
static const struct golden_tensor tensor_21[] = {
	{ "model.embed_tokens.weight", DTYPE_BF16, 2, { 101, 54, 0 }, false, -6, { (const uint32_t[]){ 7 }, 1 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "model.layers.0.input_layernorm.weight", DTYPE_F32, 1, { 54, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.q_proj.weight", DTYPE_BF16, 2, { 54, 54, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.k_proj.weight", DTYPE_BF16, 2, { 18, 54, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.v_proj.weight", DTYPE_BF16, 2, { 18, 54, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.o_proj.weight", DTYPE_BF16, 2, { 54, 54, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.post_attention_layernorm.weight", DTYPE_F32, 1, { 54, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.gate_proj.weight", DTYPE_BF16, 2, { 53, 54, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.up_proj.weight", DTYPE_BF16, 2, { 53, 54, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.down_proj.weight", DTYPE_BF16, 2, { 54, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.input_layernorm.weight", DTYPE_BF16, 1, { 54, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.q_proj.weight", DTYPE_F32, 2, { 54, 54, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.k_proj.weight", DTYPE_BF16, 2, { 18, 54, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.v_proj.weight", DTYPE_BF16, 2, { 18, 54, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.o_proj.weight", DTYPE_BF16, 2, { 54, 54, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.post_attention_layernorm.weight", DTYPE_BF16, 1, { 54, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.gate_proj.weight", DTYPE_F32, 2, { 53, 54, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.up_proj.weight", DTYPE_BF16, 2, { 53, 54, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.down_proj.weight", DTYPE_BF16, 2, { 54, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.input_layernorm.weight", DTYPE_BF16, 1, { 54, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.q_proj.weight", DTYPE_BF16, 2, { 54, 54, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.k_proj.weight", DTYPE_F32, 2, { 18, 54, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.v_proj.weight", DTYPE_BF16, 2, { 18, 54, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.o_proj.weight", DTYPE_BF16, 2, { 54, 54, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.post_attention_layernorm.weight", DTYPE_BF16, 1, { 54, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.gate_proj.weight", DTYPE_BF16, 2, { 53, 54, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.up_proj.weight", DTYPE_F32, 2, { 53, 54, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.down_proj.weight", DTYPE_BF16, 2, { 54, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.norm.weight", DTYPE_BF16, 1, { 54, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "lm_head.weight", DTYPE_BF16, 2, { 101, 54, 0 }, false, -9, { (const uint32_t[]){ 11 }, 1 }, { NULL, 0 }, { (const uint32_t[]){ 3, 90, 3, 4, 21, 20, 50, 77 }, 8 } },
};
static const struct golden_probe probe_21[] = {
	{ (const uint32_t[]){ 56, },
	  1,
	  "24f847d63ff347147aa43f50dca5f93d89c67c7bb3c5fb4a655108e1a710186a"
	  "00c11e0c282a36e116d3ce9144b9e9340dc87ac28109faa13b9549647e570712"
	  "1544889abe93f42212455a16b79b7d2d19c3e3537a64c5156bb253d88b1f3110"
	  "d7363fd242a4f4846de334f674975371b3b19f880ebc7bcbec9405b2a7cff24a",
	  "bb025a67ffc5a28a61c354ca186f8a764bff53c80064800fa945044307f71457", },
	{ (const uint32_t[]){ 78, 77, 43, 65, 79, 28, },
	  6,
	  "89196da6810c8e0506579051593b5667442350b2900423801e199039f9531cba"
	  "092671dd7967ac68cc948540e210364b3bccb1c3a2de27f5dc7b3b2ce210131f"
	  "d242679b0f75932529a522d2578ff989b8567007df226814e9ca6ef301c2352a"
	  "690fef966bf6c606a06f907a7f44a7378cccce4a7e41e5b40b57c2a52149c010",
	  "98bd477d83c85efa6155f97813b6075ca9fd094240afd513a42cd41eb0fa318c"
	  "eec98da830dba5a62ad4c79937996c1b95d8aa3d0ddafa7dc0e00ba42c8ed19f"
	  "d27e86f9652f5c8fef8e77349ea3fe06e7dcce8cbd52325e4abe89ea89407422"
	  "15ab75a2f55fece865797e753c9277216045384958f8741393cad4574b99212d"
	  "2ef25ed9beeefd2027d263a98317239a22529626d55075c4968d4606e2b8d2c0"
	  "5fc5838c7a6308456c9e8a392fb9def23d3f2290bf3acec590c1584110aab9d0", },
	{ (const uint32_t[]){ 24, 93, 6, 63, 69, 41, 27, },
	  7,
	  "7bb7c5c80a0f58535821c33620c2db78029f03d02b7670853bbbd67c0cefe7c2"
	  "47d622bba526d3a73fb9aff46c98c6eea5860a5eb2be6139594b92b30976089b"
	  "e911b8d173d7001ed384306697e327e4e45c6135eec7fc3b9c36b60198780bbe"
	  "1567af15c9e8ba31b6602707f4a6de93ed7d7097d9dbb97ae64ccab1dbec2337",
	  "d9e1ee9eb034e3636acd91232d723473cb1f253c83a9f3d9739f19198455a858"
	  "2d04e35171d07c332a44028e565a044143615973fec00ee0672dc97ec3113ec1"
	  "74c65cf7896046f6ec47b0c50ca1e5a090b3c1130e46443847d3d675337ab4ef"
	  "3a8ae2782e0bde02baf4a69b40c9ae6bd78d4bc60f6b9d92fbda6d3e4fffc399"
	  "4a8ef7eec35c56d837988b40c800c6e0a8ff8a869713329eeecc83d366b6b5b5"
	  "fe39f42c60ecec38da9d93b2b5ed0bcd1888c453652d482bec9aab7e2e55acf9"
	  "d27dc75c7790b34b00f3b3dbd568bc7f44af71a53b4500238e766cef525ffa71", },
	{ (const uint32_t[]){ 4, 9, 60, 41, 100, 92, 34, 72, 74, 65, 95, 38, 5, 33, 75, 58, 91, 55, 39, 94, 48, 20, 84, 58, 53, 18, 70, 27, 93, },
	  29,
	  "8bb96771f315be013313e706b875defc83325ad47c76120d7a4fda77d4377354"
	  "b9861914abd26fa0a530a5d631a909f69e0ed75876aa277b5078e9140baef239"
	  "5373695a79aeaabeb2d02912865cf978d45582fba36d1dfc58cc403001561b1c"
	  "2bbe22d1c2d37b4489fd80f040ee8c1fdc9529a4724086e247b04982d328d1f7",
	  "9132de3d441fe073854a522494767719d911fad8be5a5b6a2287da4effa0b830"
	  "bae9e5acf722d1af327761432a5da4ca5cb1bf772e1d771a9d5637d248ae5fe3"
	  "08c5122a99432cf52c074640eccafc4f5386eb46c4f05b76dd5a05aa5d735d17"
	  "5f8be00668a02c456eac502ab48e87164b49821361b6fe16962abe06cbb9f5ea"
	  "47ab2935b4830d5f27cdb49d4f2b3e2c4798047d5acfb79dc165d31beb82e14f"
	  "917b659a167c15d422bf8129836b1dbe3ddc6aec26dcc3835cdad8ade207bef0"
	  "d2e9f6386a4cf47d413e16c5d31eb24af4dd721be2f3ffa9238a45fe0870406b"
	  "355412daf3970cdf88c481acc7672143ff08299e9a591c3001fac213ccc8b690"
	  "4409c9da50fbb7d42beb306a9a8c89e8b4ba86dc0cb71f983a7f860d6eed5c8a"
	  "c58dc9aa6a9b4d8ba29e368d9b8756b58b75754bdaff5ea72c81260ddc38c60d"
	  "b73c55db4be29753c668f69aa9c0150ca8c385eac39444bd233a26be0e3db64a"
	  "df8ab1750d39dc9934dd6372fcbd28b255d9d9df55d8158ce2b2f6be0745f937"
	  "d3aea9135743cbed633a443d61f2b2e3d9bf796c66c786207cea9bf50c7556c3"
	  "184847090476d9740f210f080b85152f51adb864dd0d0556848a8baaaf62565a"
	  "a11af7e7021082ff0121578f5a91aa3f6252ae4e11a53bc1918929ade36d4553"
	  "8205c327d8203d5e7a1d73f15646838fb50c9942875cfe762ad2e24cc02dbe70"
	  "793c6dcabbf748fb45c418265656d4040e8d46463973f5f68a9251807b9d57f8"
	  "ce46465ea5dfb70f1f117e5b7e7e1cc33adf5ca4c3c06c09cee8110bdc1b1a63"
	  "6524b41ad0ddd8d6de6226aedd2fcc3544000106e40fd34e515b47a4cf0cacce"
	  "22a4d94f959ea78053d6777ba6cb8c0c657848f663b8d972a1da058ea8fc6952"
	  "243e3a83cfc9272f516094144e56c8ad9ce9bb1056e2485af8017469d639154e"
	  "2cb99bc731a71065d1641465a72d330c7531352cd85e15cc019e176289a651d0"
	  "2144c29d17d035805392b72028307b2b70f62ccf09e7a71b6c84bf6d82092bea"
	  "dc5fba5659539d25ed41ebc90d2ef3a664ebd913638f5693dbeca6216e72a513"
	  "bbd13679c1f51ec252649496a2210e52aa5a3de5f7de1f642fadc4650e2a8599"
	  "4171c6db53e10297d460d467e84fe61ec0cd037597920110c437f1713ebaec3e"
	  "a767ed564029c32bf091edf0ebea6169b394e8d18df94f9e9af16b4e79cf56aa"
	  "bf78d895050871782e9d20f4291c341b8d76daf293a174f406fd4671bf592eb4"
	  "a939adae3f684e59aac96f77647984fea79596d8aab2ef2daa1a09b460179b6d", },
	{ (const uint32_t[]){ 7, },
	  1,
	  "d19a67f280485a60c299c65dd4a9fe4f3d924e07a7c2555f1ace7123c299bf77"
	  "d82b08b04d95be956263d13d53fbeb272b99f4a3071daab7b7be56be8c58e063"
	  "764ff2bcf9e5dfa3bd824ed678d076d05b78cbcda55df080a967c4c4817c287f"
	  "a85a03e5c7262f52ee36f79e2abd998cf8735d2185c609723236f4f64d704d00",
	  "aa2f9525d8d75b767c7255e3b9bc5169900771b0afa421e80ec4393a11383b02", },
};

/* mixtral-fused */
static const struct model_config config_22 = {
	.architecture = &architecture_mixtral,
	.layers = 2,
	.hidden = 60,
	.heads = 6,
	.key_heads = 2,
	.head_dim = 8,
	.vocab = 101,
	.positions = 128,
	.context = 128,
	.eps = 0x1.0c6f7ap-20f,
	.experts = 5,
	.experts_chosen = 3,
	.expert_intermediate = 37,
	.experts_renormalise = true,
	.layer_set[2][0] = 0x03,
	.rope.dim = 8,
	.rope.theta = 0x1.86ap+15f,
};
static const struct golden_tensor tensor_22[] = {
	{ "model.embed_tokens.weight", DTYPE_BF16, 2, { 101, 60, 0 }, false, -6, { (const uint32_t[]){ 7 }, 1 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "model.layers.0.input_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.q_proj.weight", DTYPE_BF16, 2, { 48, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.k_proj.weight", DTYPE_BF16, 2, { 16, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.v_proj.weight", DTYPE_BF16, 2, { 16, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 48, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.post_attention_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.gate.weight", DTYPE_BF16, 2, { 5, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { (const uint32_t[]){ 2, 4, 0, 3 }, 4 } },
	{ "model.layers.0.mlp.experts.gate_up_proj", DTYPE_F16, 3, { 5, 74, 60 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.experts.down_proj", DTYPE_BF16, 3, { 5, 60, 37 }, false, -9, { (const uint32_t[]){ 5, 65, 125, 185, 245 }, 5 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.input_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.q_proj.weight", DTYPE_F32, 2, { 48, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.k_proj.weight", DTYPE_BF16, 2, { 16, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.v_proj.weight", DTYPE_BF16, 2, { 16, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 48, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.post_attention_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.gate.weight", DTYPE_F32, 2, { 5, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { (const uint32_t[]){ 2, 4, 0, 3 }, 4 } },
	{ "model.layers.1.mlp.experts.gate_up_proj", DTYPE_BF16, 3, { 5, 74, 60 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.experts.down_proj", DTYPE_BF16, 3, { 5, 60, 37 }, false, -9, { (const uint32_t[]){ 5, 65, 125, 185, 245 }, 5 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.norm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "lm_head.weight", DTYPE_BF16, 2, { 101, 60, 0 }, false, -9, { (const uint32_t[]){ 11 }, 1 }, { NULL, 0 }, { (const uint32_t[]){ 3, 90, 3, 4, 21, 20, 50, 77 }, 8 } },
};
static const struct golden_probe probe_22[] = {
	{ (const uint32_t[]){ 61, 93, 97, 48, 11, 52, 85, 37, 99, 21, 72, 75, 36, 25, 33, 39, 37, },
	  17,
	  "2c47211cd5aebfc7f600ef21c91ca626ca96a44fa9c49510f2fa6e1e5ea9a98e"
	  "55cdf1956005cb928f335c96b1fc545ed4f28efc81676564c8fcb1b2778d301b"
	  "f13aa18fa5f3f7d1baf9835d7fc29621c2ee5a401c3398cdc1e13177ff19febc",
	  "11cf325deeeadf0e3c165f300f800934df0213da8cd3b586c1b8e06e94fa88d3"
	  "bfc5f115ead72c928ca11ff033f88f7354b2d8f22aff9539e89cd6b78d8c3598"
	  "0b03ea80a655c527f680625e403508e718a2c8b7192a9971fdb1e2abebe67b43"
	  "e114be54b1c43a63eab93389fccbf045057146130f2fc831756a4bfe2d240e44"
	  "19f9962bfbc75b59352b6f58cfd5ee525a0fb9d52c7a8903ce6bef0d3df10cc2"
	  "71308942a41a32e11a763fc84856951d4d8ead971a2971805b56ddc126ff8bae"
	  "a13b68eff05b2768a2c3e2b46cd9328a520b3fca6ad74dfd24e3f4447d9c5cb9"
	  "beb10b2b4e1c283687b8e06672a0f233b090efc416c85dee0210099161de808a"
	  "aa7fad9e1f6c26669e122b0eb2e2d2d29e4255f3b52b0f9dde445b93b6131a89"
	  "50a1b815b94946dce2c3e548d7a0ae9bbdd8c2fe3d4a384fbe677426c48bd718"
	  "e9722bd1dcf5ab9dd1e38ebae732fd26b3f3557873de671fc566bf8842994306"
	  "2ca5eb9d1924ce5892c3776a3b62b9ff1143f37223d48dee2d73d2b9e1515a82"
	  "9ba04abe6a13e9dab7596dc2cd1145b575f085e81d30e1a2689fcc4c6e2af8cd"
	  "442bcff091693488d0ed2e76d530169aed4c50f6f1230888e71daa9aa28594ee"
	  "8f3231a15e8204c92054438903780e2625c7c676eaa93947e95243f322514fb1"
	  "a4f1aaea891fa3d17826f713cbab913dd20f9f67e03349c278133332f1d493ca"
	  "561637c087747125f99f4ab8e2f2b3da7e31b03c928d89af2e4fd79d131467fe", },
	{ (const uint32_t[]){ 7, },
	  1,
	  "71d9fbe62a679e24dc7e8299e835a2c322fc76d7c2cd98c1d3460602b1222e85"
	  "9ea2688df50a061383bf9fd171634b4c6b5035b5dea2c7c3f87df838c33d44f9"
	  "a65763d8489613647079d409c7272a8832c79333b967d7ae28d575bad1107c33",
	  "ef5a5789063f997f9dd516bf437420a4ba454e59252eed257eb7e6ee3a2b6563", },
};

/* mixtral */
static const struct model_config config_23 = {
	.architecture = &architecture_mixtral,
	.layers = 2,
	.hidden = 60,
	.heads = 6,
	.key_heads = 2,
	.head_dim = 10,
	.vocab = 101,
	.positions = 128,
	.context = 128,
	.eps = 0x1.0c6f7ap-20f,
	.experts = 6,
	.experts_chosen = 2,
	.expert_intermediate = 29,
	.experts_renormalise = true,
	.window = 7,
	.layer_set[1][0] = 0x03,
	.layer_set[2][0] = 0x03,
	.rope.dim = 10,
	.rope.theta = 0x1.e848p+19f,
};
static const struct golden_tensor tensor_23[] = {
	{ "model.embed_tokens.weight", DTYPE_BF16, 2, { 101, 60, 0 }, false, -6, { (const uint32_t[]){ 7 }, 1 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "model.layers.0.input_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.q_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.k_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.v_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.post_attention_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.block_sparse_moe.gate.weight", DTYPE_BF16, 2, { 6, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { (const uint32_t[]){ 2, 5, 0, 3 }, 4 } },
	{ "model.layers.0.block_sparse_moe.experts.0.w1.weight", DTYPE_BF16, 2, { 29, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.block_sparse_moe.experts.0.w3.weight", DTYPE_BF16, 2, { 29, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.block_sparse_moe.experts.0.w2.weight", DTYPE_BF16, 2, { 60, 29, 0 }, false, -8, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.block_sparse_moe.experts.1.w1.weight", DTYPE_F32, 2, { 29, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.block_sparse_moe.experts.1.w3.weight", DTYPE_BF16, 2, { 29, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.block_sparse_moe.experts.1.w2.weight", DTYPE_BF16, 2, { 60, 29, 0 }, false, -8, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.block_sparse_moe.experts.2.w1.weight", DTYPE_BF16, 2, { 29, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.block_sparse_moe.experts.2.w3.weight", DTYPE_BF16, 2, { 29, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.block_sparse_moe.experts.2.w2.weight", DTYPE_F32, 2, { 60, 29, 0 }, false, -8, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.block_sparse_moe.experts.3.w1.weight", DTYPE_BF16, 2, { 29, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.block_sparse_moe.experts.3.w3.weight", DTYPE_BF16, 2, { 29, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.block_sparse_moe.experts.3.w2.weight", DTYPE_BF16, 2, { 60, 29, 0 }, false, -8, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.block_sparse_moe.experts.4.w1.weight", DTYPE_BF16, 2, { 29, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.block_sparse_moe.experts.4.w3.weight", DTYPE_F32, 2, { 29, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.block_sparse_moe.experts.4.w2.weight", DTYPE_BF16, 2, { 60, 29, 0 }, false, -8, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.block_sparse_moe.experts.5.w1.weight", DTYPE_BF16, 2, { 29, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.block_sparse_moe.experts.5.w3.weight", DTYPE_BF16, 2, { 29, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.block_sparse_moe.experts.5.w2.weight", DTYPE_BF16, 2, { 60, 29, 0 }, false, -8, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.input_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.q_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.k_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.v_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.post_attention_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.block_sparse_moe.gate.weight", DTYPE_BF16, 2, { 6, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { (const uint32_t[]){ 2, 5, 0, 3 }, 4 } },
	{ "model.layers.1.block_sparse_moe.experts.0.w1.weight", DTYPE_BF16, 2, { 29, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.block_sparse_moe.experts.0.w3.weight", DTYPE_BF16, 2, { 29, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.block_sparse_moe.experts.0.w2.weight", DTYPE_BF16, 2, { 60, 29, 0 }, false, -8, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.block_sparse_moe.experts.1.w1.weight", DTYPE_F32, 2, { 29, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.block_sparse_moe.experts.1.w3.weight", DTYPE_BF16, 2, { 29, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.block_sparse_moe.experts.1.w2.weight", DTYPE_BF16, 2, { 60, 29, 0 }, false, -8, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.block_sparse_moe.experts.2.w1.weight", DTYPE_BF16, 2, { 29, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.block_sparse_moe.experts.2.w3.weight", DTYPE_BF16, 2, { 29, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.block_sparse_moe.experts.2.w2.weight", DTYPE_F32, 2, { 60, 29, 0 }, false, -8, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.block_sparse_moe.experts.3.w1.weight", DTYPE_BF16, 2, { 29, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.block_sparse_moe.experts.3.w3.weight", DTYPE_BF16, 2, { 29, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.block_sparse_moe.experts.3.w2.weight", DTYPE_BF16, 2, { 60, 29, 0 }, false, -8, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.block_sparse_moe.experts.4.w1.weight", DTYPE_BF16, 2, { 29, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.block_sparse_moe.experts.4.w3.weight", DTYPE_F32, 2, { 29, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.block_sparse_moe.experts.4.w2.weight", DTYPE_BF16, 2, { 60, 29, 0 }, false, -8, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.block_sparse_moe.experts.5.w1.weight", DTYPE_BF16, 2, { 29, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.block_sparse_moe.experts.5.w3.weight", DTYPE_BF16, 2, { 29, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.block_sparse_moe.experts.5.w2.weight", DTYPE_BF16, 2, { 60, 29, 0 }, false, -8, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.norm.weight", DTYPE_F32, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "lm_head.weight", DTYPE_BF16, 2, { 101, 60, 0 }, false, -9, { (const uint32_t[]){ 11 }, 1 }, { NULL, 0 }, { (const uint32_t[]){ 3, 90, 3, 4, 21, 20, 50, 77 }, 8 } },
};
static const struct golden_probe probe_23[] = {
	{ (const uint32_t[]){ 24, },
	  1,
	  "0b5f419e6adb0d1d68485fa00611008de271e711de05f1168f049f3dcbad4d11"
	  "76692cd0826f30c8cd957d871a7f22f1b60cc58af44cb1afcf13cbd7bf6ec803"
	  "abb038f88a6ed04b9d68f8d8405d301df22be57083a8fcc4d34b4e400d9afcf6",
	  "a6d789e0b8d8dbb2a8f44b1b65648ff586d271a3f9924d39f1d4f95ecd5e095a", },
	{ (const uint32_t[]){ 17, 63, 61, 84, 41, 28, 18, 63, 4, 5, 66, 51, 93, 12, 64, 26, 44, 90, 100, 90, 25, 7, 61, },
	  23,
	  "dc74dda96f4ee285fb883fe7887378b5040ac59e9bc2bfa5e99707679e6403b0"
	  "44b267d88f906d653b93be4b600adb8d0979fe405e18eb0d733018ff3bcc8f40"
	  "b825d6c3d246a1acd68d5f7202bf5962a07ca9a534796e232e0eccb526eeef34",
	  "0e859dab765f18937de58a7fb842ad82468593124f32633f87721d39d86a943f"
	  "166b5a12d10ab4fcf8c027291a5bf63f03827131a625017269f5b2abe848f7ca"
	  "e54bb3b556e3a2e108d7ae525015cbe35c37b182a9af75e6fe306f35aefd4409"
	  "7bbff350c93d156122cfc73fe2df4d5017535352ba445439af08527ccbcdeac1"
	  "f10fed599db6d931ebd8c250dc123fdcf8f6fe22c008ec45b9dc566c43409111"
	  "8078706257edf5bd75219072c0c23dd7ca8c88a467629a5a59514c64967e183a"
	  "f856ec9a937aa02f3941a643e67d13b03e9174c640c5f19bcfff2a6a307c7b13"
	  "e8dd9e6b73edbf5701d1ebd92f9cd8167944140a5ce34299012ee937af569203"
	  "a3a6fa2277e2bf1f40921d979c50ff64e831777df2f5cfeb8736fef44aa49049"
	  "871dba0ab2a1daea7de8a8c7498aa8599db19295fb8a9bf04e88cd7f9022d3fa"
	  "214db51a31b590d9e20d50aa889dcab2198612099b8d87614f1de4d5f560ad46"
	  "d86011e2e7f778ecf24c1d7c7651bea0ecdca79523cbfb599e09cf914936c209"
	  "ff327705585ae7366dfdcb3b05ac38a43517516149629a6b029f7e8ff0f041b4"
	  "d78e212ab078bc641a803f3e43f117da6a2892abc36028535ff4a16f4d632d99"
	  "8f549c00c6a69c09f5421fe60bb1bce8d94e07f7267a607f75eae7bce2506a4d"
	  "e2f04ea503ae44c4cf148427e3ddf6cb30490dadef4f517e5ee5cb19b1cdc336"
	  "fa0a4dd519310003c52ec83cfe8870f86af24b1944cbd4ff723d4a928953f594"
	  "5b8cac8dc1d1e87ed84ce0aac3680cdc2640665f0146287832b226384322f94f"
	  "e122303de13bae909b0f755ff74967e350d238692ab6fc5815ca50487066ce57"
	  "02debb987af9f575bbf8fca416d0cd10c20a532f099bdd6c2c5c79c3a4fd58b3"
	  "c2ed786219dc2374af862f0b639a82b6166bbb51b8a46b61bba5dee67fe67026"
	  "ed8628eaef1ac11785d2c4aa8fdad28576892a31167b924b9f5ff1e0f97c2d04"
	  "1974e40c88c4540ce4e050e66bb6ebe3fbc550addfc22eba868bf3f5545f0990", },
	{ (const uint32_t[]){ 22, 70, 79, 64, 95, 39, 49, 91, 100, },
	  9,
	  "78603615ac29f53a0c7fd2ebf3edf5fafe3ca4d649c68c7b857bf3575c214f88"
	  "bd0b35b4a55dd1856c82aa250927601484336f6866eba8e1bf71b206b2e07f4d"
	  "16a87e0dec829548d5bc064cb764209e41a127a74a28bfe2edecfb28b231cb73",
	  "eb12dbe225e6044c48b20e7b2ab872f00450464d4f94373cd3e52b3564c36949"
	  "c9d0413908be3b4aa48a43b70a7c6be54381b7a552042d366aebba0e1dbb4c5f"
	  "fb18a37be4f3b9a1529693bc2678b2816645be95aafaccf7c36bf3ca361b7ea1"
	  "61a2ad0c101a399bd6e11ceafd958e7a59c659b87db4459ac927c590343770c5"
	  "522d1d5e72f038a723ca3918eea592bdac55b3899563831a0b4d0086ca8758c6"
	  "d0538570945a8f3e8aa96db98eab787172facb172e63d15b33989d150fdfb0dd"
	  "e8de485ca2f2bc88501b97baee1323e7ba4f9007bcfc3e6b55bbd245a06f8d77"
	  "34be3f378a8c20aafc7637b2d7277eb9ad6ca25734abe40f1a1d8184aa84f7ef"
	  "25c72e5df514ccf43594a484e9edc36300c35ad01d5cdc4797fa53bbc8ff8f7a", },
	{ (const uint32_t[]){ 7, },
	  1,
	  "8db89f6339c52e767dc90cc513c0e62bbbba1d02e3d8b60001ce62f354588573"
	  "bd086f8ab3c69b15492bb00e8d8294b5f9f1b51ef0006486ba05d9c4e93d1d6e"
	  "34a28aa1aefc6a17e5b68a045334ea91a2a67868d8cbe5ae4b9d7801f6179dac",
	  "5adb9ddbaa39adbb86e0442e623e43a5a9fd75efa01f3ecc504a0120d68817c0", },
};

/* olmo-tied */
static const struct model_config config_24 = {
	.architecture = &architecture_olmo,
	.layers = 2,
	.hidden = 60,
	.intermediate = 53,
	.heads = 6,
	.key_heads = 2,
	.head_dim = 10,
	.vocab = 101,
	.positions = 128,
	.context = 128,
	.eps = 0x1.4f8b58p-17f,
	.tied = true,
	.rope.dim = 10,
	.rope.theta = 0x1.388p+13f,
};
static const struct golden_tensor tensor_24[] = {
	{ "model.embed_tokens.weight", DTYPE_BF16, 2, { 101, 60, 0 }, false, -8, { (const uint32_t[]){ 7 }, 1 }, { (const uint32_t[]){ 5 }, 1 }, { (const uint32_t[]){ 3, 90, 3, 4, 21, 20, 50, 77 }, 8 } },
	{ "model.layers.0.self_attn.q_proj.weight", DTYPE_F32, 2, { 60, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.k_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.v_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.gate_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.up_proj.weight", DTYPE_F32, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.down_proj.weight", DTYPE_BF16, 2, { 60, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.q_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.k_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.v_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.o_proj.weight", DTYPE_F32, 2, { 60, 60, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.gate_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.up_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.down_proj.weight", DTYPE_BF16, 2, { 60, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
};
static const struct golden_probe probe_24[] = {
	{ (const uint32_t[]){ 63, 37, 70, 18, 34, 18, 0, 38, 9, 77, 86, 36, 40, 70, 83, 33, 26, },
	  17,
	  "0308fea0a675e5290ec88327d6ff2e0c221552ec59151459b44a9562e0ba42b6"
	  "d2099f70ee0d0248e7611f64f79d0a8d982d97ecbd2b86f2fac85cf9dbf903ea"
	  "50073ecd62e8844fc8728615c6d68cca5f0a3bd94b9bc5353d5b87b0fb9943ca",
	  "7b375ffabbd23467670e3bf53b718df60a22af6bf78ff6fd88fdce07ad855d5f"
	  "2e3832b4c3a5989e3da0defef92d479c909160e24c5b6bb723a950288e94326e"
	  "e24477a913c1044afc72513f737b067c23cd736a71f485469647fe09d4a42002"
	  "f01d535a0fd53ba2ce7ffd8a5d89417b22b31ae4e8c3fb45fa53931c4680cfae"
	  "67cc52b7e35a2b26678be471ab4f005b8e8e3c3a2f2e5113229e4099eb01da95"
	  "8a037d67f3bdf3ea3d05db944b198d04ed766ec09c3290efb5ce0b2b747a62cd"
	  "b184fb05902733eef053cddacab19b306bdded59bb4df1e5f15563d01a8dd5ea"
	  "e2cac30007f0b6957ea16af61cef1bc8afd806cc342d698c2f3d647fc4a7b858"
	  "2d2ce2a557b720d574bb4e8181f47aea6dc2acb94585a822c570af59c486263e"
	  "bafcb096bf3ea57ba6497b4ab6f9d91df688ec49c142ac5cabb419332911b7df"
	  "116f615d5ba6a1de39c484a935dbf2d91e57b81d9c72f4fc0f4b04fc91af72d4"
	  "f1946c5d15e7ccf604815c16ba358a29fbf4b239b6ef528305a0e15c4e32efb6"
	  "4c2cbbaf00d263d0d88d27e30e8a3a1b60ca3edc65ae3aa9bbb3661d7a74f485"
	  "4335fd9047887f7976703c1754966fc6de805da0088a68048e7a558b21b5aa59"
	  "9115e6e648362e701639df6ff0f468a3df9b462b1e6fede7b825c4eabfd27550"
	  "02d3d41439dae4eba794ea07d293bf8cafab0afcf6661f33dcf19f4ed5ac6ee5"
	  "929a8839faacd2d72c1cc20186f4295f6f7844bec7b1f792ff0c47d897aa538c", },
	{ (const uint32_t[]){ 7, },
	  1,
	  "7c897b0388eac1c2e0e5563e2c45385641304e881b7b8b3f32deb141bbbff64c"
	  "794b8a47957d55035c687467246e84ee628a4aa15cbe8cbbe839f5b579ef5a8a"
	  "dd7e047bde133780e191bf637317b06e5c200267cc1f9dd284895b3b183a9d71",
	  "55f75a7a8a8c5bddccb05be5a2f473f4543aec0f915aacf635632ec6096f6022", },
};

/* olmo */
static const struct model_config config_25 = {
	.architecture = &architecture_olmo,
	.layers = 3,
	.hidden = 60,
	.intermediate = 53,
	.heads = 6,
	.key_heads = 2,
	.head_dim = 10,
	.vocab = 101,
	.positions = 128,
	.context = 128,
	.eps = 0x1.4f8b58p-17f,
	.clip = 0x1.8p+0f,
	.feature[6] = true,
	.rope.dim = 10,
	.rope.theta = 0x1.388p+13f,
};
static const struct golden_tensor tensor_25[] = {
	{ "model.embed_tokens.weight", DTYPE_BF16, 2, { 101, 60, 0 }, false, -6, { (const uint32_t[]){ 7 }, 1 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.q_proj.weight", DTYPE_F32, 2, { 60, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.k_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.v_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.gate_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.up_proj.weight", DTYPE_F32, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.down_proj.weight", DTYPE_BF16, 2, { 60, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.q_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.k_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.v_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.o_proj.weight", DTYPE_F32, 2, { 60, 60, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.gate_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.up_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.down_proj.weight", DTYPE_BF16, 2, { 60, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.q_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.k_proj.weight", DTYPE_F32, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.v_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.gate_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.up_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.down_proj.weight", DTYPE_F32, 2, { 60, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "lm_head.weight", DTYPE_BF16, 2, { 101, 60, 0 }, false, -9, { (const uint32_t[]){ 11 }, 1 }, { NULL, 0 }, { (const uint32_t[]){ 3, 90, 3, 4, 21, 20, 50, 77 }, 8 } },
};
static const struct golden_probe probe_25[] = {
	{ (const uint32_t[]){ 10, },
	  1,
	  "af421cee040fa9eb495c75b0eb23c2b2f6e131d95891e0d973f6d9bc65d7b221"
	  "2d4bbcd0d21e63256a35acc40f2456dee61abbabd54c89d469dd97acefb3db72"
	  "4d4db98cca61c0917737644a333c36f47b7f515c1b8fada36863a2b7b4660151"
	  "a6c8acf332a5e956bcd35f58d6a19ed2f11ab5069f7a37f582421c271133504a",
	  "08154071a086fd728bbb769b9cbe777ac08d55b8fb03c688cbba376ba9152d89", },
	{ (const uint32_t[]){ 6, 57, 37, 39, 50, 9, 7, 70, 72, 10, 65, 76, 34, 77, 96, 48, 13, 18, 62, 63, 14, 57, 24, },
	  23,
	  "ef411bb335fafc21cdab3c4c79bfd2f784f2d023911feed18f85faa120c5fb91"
	  "fe4f526972179930cc2cfcfbf35ed49208e7e4584682f3b188947da6f46205a8"
	  "f8ff490e348aa989406ddd96a0a39f767dbbc94a131399f571c42e717dece00c"
	  "54f1a1758d495a41946ea4a5b7467effca52548fe28c8c4be6633632747f5d13",
	  "30bf15b56066149eccbe71363362e65b4e11d9675d62e6354e2dd10c8abe765a"
	  "60c97ba257900a62c93bd5f576cccca2ec283f3f1a137bffe3586cd91db7519c"
	  "36be3cbde105c4562ee8563d03c49db0738307714945d24e623c3c62310c2aa0"
	  "a7e636677062259483fb4d5fe345213c5a8fdd62621589535a5dc34ed36cf8cf"
	  "648c05fe0abe02457762c0a76cc7657f49fee5040069e7d87d1ecebdd47feae6"
	  "c9b149c2c214df345a6419ded29b5a4e31eab8d16274ccb83bfef21401922be3"
	  "9eab573d3dba43e1202565810262ccc24902626da7e46e93eb2a9c82b832e8c1"
	  "6f136e3840508219b5d363d1f08074d84d720c48d93e95a43dfad746612ff23d"
	  "6f09aa7f9836790925f8a5a6e919d3253c5269577a790fa849fb73f2211983ce"
	  "9591e76511ae621beff8f7c04f0661f4387c280c3d522eb1d1638dfab9c6737d"
	  "f56abfe59f256cc52f26a9bc85eafb40814d7cff6a4181cb779606a74557c1bc"
	  "468e3b6085b4323a3816afced390b97336a5e8cc11aadce07332664a1ebd190a"
	  "8f81c89cd45f9b19e527bf517a358b636bbf67e3b4747c7adbbb566875173e23"
	  "bc6e94cda6ddaf46a8de6c6b143a93b9b2a434e27ba09c80c3c13862fa393391"
	  "3b55e8b611f853765dce6d5099916bbac34ec436fcadc8037cd55352e9dbcfac"
	  "87eb3c65bf6dd4e4319d62c10b48c0a929768a148e976a60b7dc5cf7288a2d43"
	  "42d856e6bf78b9eb5f11e7799f2b87f242c80067caec63d2fb002ff77959fb54"
	  "941fb54e079b054ceb205413379bb76bb8467324b74e9261511a3f7c874999b4"
	  "794c3b1cbff35d585ff81702c9d51456b15437afbaf01174b5ddb35deb3446fe"
	  "5f112883fc0f10c018f722cf85ace69cb9ce328ee2bebc483955c0263c6c8708"
	  "34799ba49493c673c9970853f005f9078bbf46371f33a94b9ddfeeeb9ad1e867"
	  "f175e75c9bb90c55cbb5f734b509d23824c9835c63e569ccb30decd530a7a921"
	  "5379ecc045e14aa609dfb7584c9dac48e300523feb267074ae7ab342cb2c7ff0", },
	{ (const uint32_t[]){ 56, 50, 91, 12, 73, 48, 31, 98, 33, },
	  9,
	  "99c760ba0fa3cec0da7700e7a3be6f22aa41ef2c18b0d716d0ef71a13c3b049f"
	  "480396ec6e1a9020fafabd9c878296f4622ae4284bf600436aad0783abebf0c0"
	  "88cde2100350fbc95f04687c5c1e229dc78d62b292b848049166849a96a9d89e"
	  "d8182a848f50286d90e73d8fe779dada8b76c66313fb9fbe627e495fa491786d",
	  "ceee3a4712145ef9ea2b73b4fa39539286fa7c2e4333601b7831ea9815c00eba"
	  "4d4ee5a584609ca94fa69e02ad4bcd76e435893d763e436782ee8d64345251ac"
	  "59550811b8818ca299287af3ed3d465ab9cf9f3953e0b34ca8335ac6b914784f"
	  "bb517a1bc154e67c8a917292414f77582a4fcf47197f86d79a115c0bac6eecac"
	  "23cee32ab72daddc6bbc2c765dd4b79b6010664a2147e466e94f436f256b79e5"
	  "03e76b7d03969a7594580f87cd4eeabeafe6240f06b92c019a5e921a80e5c0d3"
	  "1fce342708700d1da283bd4fbb5b4228b5e72674c123c1f04bac82ab6bd51df2"
	  "b3360fa325a0d5887aa8fcb70e4fdebbfc1cb93eafbb9edb561b3a8070269917"
	  "19d4e965a3381ce9fb1ddb02417b2bf92c401e3e57ded95dad1e13a24ba2878d", },
	{ (const uint32_t[]){ 7, },
	  1,
	  "188bf3d76b8beddb3889f333746175475605079523a51037edbe8dbf9c745bae"
	  "d1d2239d504324c8857290b0cb2bbc7aa8f409e0f55584eb6a33ac6134193d1c"
	  "5ea00758f310670e6d624d4971513fac5a176fd7252336db3db35c908f3a7ef0"
	  "49d5f2e1e9cf2789d7a56e0061f77369f1683d879c292dfec7e64f5cde8c4803",
	  "a5b86206738bc680064c1a9847c9cf958175b21ccb05c5d32d974edfe0c66a5d", },
};

/* olmo2 */
static const struct model_config config_26 = {
	.architecture = &architecture_olmo2,
	.layers = 3,
	.hidden = 60,
	.intermediate = 53,
	.heads = 6,
	.key_heads = 2,
	.head_dim = 10,
	.vocab = 101,
	.positions = 128,
	.context = 128,
	.eps = 0x1.0c6f7ap-20f,
	.rope.dim = 10,
	.rope.theta = 0x1.e848p+18f,
};
static const struct golden_tensor tensor_26[] = {
	{ "model.embed_tokens.weight", DTYPE_BF16, 2, { 101, 60, 0 }, false, -6, { (const uint32_t[]){ 7 }, 1 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.q_proj.weight", DTYPE_F32, 2, { 60, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.k_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.v_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.q_norm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.k_norm.weight", DTYPE_F32, 1, { 20, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.post_attention_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.gate_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.up_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.down_proj.weight", DTYPE_BF16, 2, { 60, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.post_feedforward_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.q_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.k_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.v_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.q_norm.weight", DTYPE_F32, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.k_norm.weight", DTYPE_BF16, 1, { 20, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.post_attention_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.gate_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.up_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.down_proj.weight", DTYPE_F32, 2, { 60, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.post_feedforward_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.q_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.k_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.v_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.o_proj.weight", DTYPE_F32, 2, { 60, 60, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.q_norm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.k_norm.weight", DTYPE_BF16, 1, { 20, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.post_attention_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.gate_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.up_proj.weight", DTYPE_F32, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.down_proj.weight", DTYPE_BF16, 2, { 60, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.post_feedforward_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.norm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "lm_head.weight", DTYPE_BF16, 2, { 101, 60, 0 }, false, -9, { (const uint32_t[]){ 11 }, 1 }, { NULL, 0 }, { (const uint32_t[]){ 3, 90, 3, 4, 21, 20, 50, 77 }, 8 } },
};
static const struct golden_probe probe_26[] = {
	{ (const uint32_t[]){ 68, },
	  1,
	  "34dfef9dcb0410225bc470acd2354dd98e3cbfcb1e4b2c36e9e1418ad911ecb1"
	  "4bd3ace6d97ee8dd746fd69c5b63021e4447ce87ec33dbee48400ecd600966e1"
	  "48ff9db0df732f035864ccba11f1aa2872283d85c17b28d6ef089505ce520122"
	  "2341402d6277746f8ef97c0564999e7424ca4a6693a5d5bbe73d3c902c11f6f8",
	  "50b6de904eb868f566f08ee4fff0ee2824bc7b0a3121c4976250d8ae8fccfdd6", },
	{ (const uint32_t[]){ 76, 49, 28, 89, 100, 39, 60, 10, 33, 24, 41, 86, 81, 41, 34, 44, 80, 22, 10, 47, 74, 54, 86, },
	  23,
	  "b2b3dd3c862eb5f0a619715b83e453dc62cb7de7591181f024f931bcaa26cedb"
	  "a5965a99faf9b1cea71658034afeefe9e2ebed78803e0a9ff153c45755d0a391"
	  "5c21781025f6de1035486ff7f4dfd6043d37ade0bddee1d9c53b815f74298bbe"
	  "8dd4ccbefabe3ed94bd0b44d813df5b6b0bb4312d588384aadfd1b680b75cc95",
	  "d3a6d4de5946d735cba82d17811026c0c30e04e93cdbe797e31275409b968421"
	  "b86c52b728e719294b75b8781e67d25c1431ea9ffcca765953d3eea4328649f8"
	  "962aeddfbbac65eb5f5c6e1d24f15610f77cd70a60514e396abbb5b567336876"
	  "c2ff702f890a80606ac2830ecfa9b07aea69cca5d9cb21caea0746060d13138b"
	  "0c30eae14121b50c42a8ea53041ce7757bedef7e62d842604fd648c857d7c835"
	  "45e0b8412c433e676f2a422023f9cfac9a209f7443446015fbf932854449018f"
	  "dbbe8f2cb40ff053e07d30599ba59f3a81d198a311922d79b647a81ae9c4e9ac"
	  "76b55579f9a752ddb58bb95067bad303410923090549e20dc0d835afb307fba2"
	  "9de67023339c61e57f817fabf7c1b249b0d12750160f73ffdf484c47e20949eb"
	  "70377bb94dec459bb60611a9ecf780f8595ba7cb0772fafed2d9e48812e40c88"
	  "aec0de7679cdd6900ddfc45bfde242aa9aacb57413bd372f8745ecde1c38afd7"
	  "f7f56b3d2520854c9471cdb17311bfeecd6ac4b18fa6bfd4398a8652646b3fa3"
	  "dfa489b2ebbbae5bc9bb6118df350cdcaa39b813583dbc5b65053d603be3a79b"
	  "c45b98cb11570fef1c5e9efa1d96a533b4d501694ca466b586fd616f1ffa09d4"
	  "f4f18258255f5f153f31a8053f697ed8c700201a55faaf897f5deeee7e13f871"
	  "9ffdc7d7797e92c31f2c27d836f50a9323409cf8497590eb9c08432f1d14a98d"
	  "c3da1ff19aabf60001a2a627ec94df0efcd5a38ba95cb590d0290264792accd8"
	  "7a2fea78cde2fea06eb5d32f568dcb9ddeb2616d3d1939af9b85f4cbd30df588"
	  "70e4c20a2e04bd7e0516f7fa8df0c2b93bee0d3320af1204abc7f0aa56bcdcab"
	  "ca18be3e931747b555b05da1305fdc438f2dff5bd4fa4e3d1fb82c6a6f19a3fa"
	  "b125c0951f659380c0606578c3e77984a2b74597e39e033b9561613d8e6ec6f1"
	  "9f6ac3407553f1bae494ab6380a17102f743a0212f7b79db4f2660f928cf4e73"
	  "53fd05debac47747fb75a466606aee92c84bb4316db3754746b16d257d59fa9e", },
	{ (const uint32_t[]){ 58, 93, 56, 4, 30, 90, 52, 67, 30, },
	  9,
	  "5e7f2a19fdfb51eecb5352efd62fc10dae1f85f5729143eb6cb6abc8ec591ac9"
	  "7898cc434998baffab212eec17a65ae0f42bb20f4d4d4751356669ca91cf2121"
	  "35fa3b459f7210a636051b6a17c305ad06a13c167390d144b0bae5538217ad17"
	  "67ca168b100c3fc74a9f9ed84fdb0349d7d115eba5d2f24525e8e0a76db5acd3",
	  "05b35d5d8ea04f027cd951dfb299701d826e7aa6114702553337638e4181cd3d"
	  "f0a3518337447ea786eb718bc69630c3ff7082de54cc89d953fefe55aa426429"
	  "e1014d39222fe1be8475cdcf9dbbb283bb8393272a7b44dfe701bf7854728f80"
	  "956fcdb998446dd1f731ee663154e3261ec0d75339f262e9886979b544980c90"
	  "e8a4da2235ea1c2fb0609b45b59f1c1702e7b293d349cf57084cf73463dfa617"
	  "0782672cb4aafdf7804b5f6b271b52ea30d4b79bceea8f07315d45cb2343af7e"
	  "eccdb90fdc2c2a27e70158cf5701cb606848b848346060b0ceb49eea14a49a62"
	  "b00655ad270265ca71ca191af52616b63d0e706628b10838e65cb607fec4c72f"
	  "c54567903d401f1a809b2a655dcc9c862782a1d475c5d73eb1d1711b6ff32981", },
	{ (const uint32_t[]){ 7, },
	  1,
	  "a20c45dccc93836775bd04eb967ed416f2925e8134de5823eeeadde19e17fa3d"
	  "03f57d03ae7199047d7057dcbbf5bd0a989de7b289cd07deffac85ba25b59cad"
	  "0a3bc95c321b43a26a2ada16229734fbe149f943e1c052530177f565a398df47"
	  "0c01903aa250967faf7fdaf79a3a86e6980171ac91b6eb4f857c2ea1b649db89",
	  "9e60308e96c04d80a29584073f8ff6d363a5734d30c624196ec836e27961b9b7", },
};

/* phi3-longrope */
static const struct model_config config_27 = {
	.architecture = &architecture_phi3,
	.layers = 2,
	.hidden = 60,
	.intermediate = 53,
	.heads = 6,
	.key_heads = 2,
	.head_dim = 10,
	.vocab = 101,
	.positions = 128,
	.context = 128,
	.eps = 0x1.0c6f7ap-20f,
	.rope.dim = 8,
	.rope.theta = 0x1.388p+13f,
	.rope.scaling = 5,
	.rope.factor = 0x1p+3f,
	.rope.original_context = 16,
	.rope.short_factor[0] = 0x1p+0f,
	.rope.short_factor[1] = 0x1.0cccccp+0f,
	.rope.short_factor[2] = 0x1.4p+0f,
	.rope.short_factor[3] = 0x1.8p+0f,
	.rope.long_factor[0] = 0x1p+0f,
	.rope.long_factor[1] = 0x1.4p+1f,
	.rope.long_factor[2] = 0x1.cp+2f,
	.rope.long_factor[3] = 0x1p+3f,
};
static const struct golden_tensor tensor_27[] = {
	{ "model.embed_tokens.weight", DTYPE_BF16, 2, { 101, 60, 0 }, false, -6, { (const uint32_t[]){ 7 }, 1 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "model.layers.0.input_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.qkv_proj.weight", DTYPE_BF16, 2, { 100, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.post_attention_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.gate_up_proj.weight", DTYPE_BF16, 2, { 106, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.down_proj.weight", DTYPE_F32, 2, { 60, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.input_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.qkv_proj.weight", DTYPE_BF16, 2, { 100, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.post_attention_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.gate_up_proj.weight", DTYPE_F32, 2, { 106, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.down_proj.weight", DTYPE_BF16, 2, { 60, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.norm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "lm_head.weight", DTYPE_BF16, 2, { 101, 60, 0 }, false, -9, { (const uint32_t[]){ 11 }, 1 }, { NULL, 0 }, { (const uint32_t[]){ 3, 90, 3, 4, 21, 20, 50, 77 }, 8 } },
};
static const struct golden_probe probe_27[] = {
	{ (const uint32_t[]){ 69, 79, 45, 34, 39, 81, 2, 21, 65, 64, 2, 88, 69, 52, 8, 50, },
	  16,
	  "de00d4cf1c14a1c05e8fbbb9c0ddb0ba0676410797cf440e35bdb7d532cf1196"
	  "f0f7c40434a06aa6fce68bd53cacf0178c06dacaa7865128fc931f3009aa2868"
	  "6b036f31d2d309405621da1528298c85c72e76e8b1bbfccbe99b0fbcd38eb421",
	  "b2a0ba3b887e2c46048e7d16056e27275f2dc304df219d917cb82e967d0a54b6"
	  "fa3a2d08616935a20dba2c40db7ca876235cdaec430ea0dbdc80fe15170966ec"
	  "be242ec01c9c629474817afc709744147e7560ee6d5f9f4ff3611ecaffee0a91"
	  "82ce92a990d645253a6763ac46d9eebb4f6515ccb6eb2cffe8cc122c8b567470"
	  "fc19c8290577c938915b29617ac605c5a02875d194f25a6bc9caa580c1df1e61"
	  "7485f33c72075fdfed73876ef3e6911e88b10badabe07bc4b3f4d681b29b1ded"
	  "bfb2ac0d71fbb9ddba115b10b399b91e5b4871b720c531b9f4a24f14f26e8b99"
	  "2022cacddc5bb0493db816ba00902b1eacecb1840c4fb95cb0b074dab6876267"
	  "cb4e7c6fd39f8574c5222948329e509393035b6fdeb830c79ed26d4f5caa1ead"
	  "470d3112621e5b592d8d032286783401336661106eb5d58660ec913355696ed5"
	  "5f3cc85b017607212cbbbeec9f401a570dff89c0fb19bd0b8b2a5665f599ccc9"
	  "2468b4cbd04ae1ef914398b9bef702b6b7e0c8a86d1eff980538374ed9e2cdb9"
	  "fc584aff511a1277cfbb0da3420b9c457bfa37592aa21440ca08d01023081197"
	  "db82e4842d6df1743a3961e316430c64bf5e2d23f99daa5c937ec042c1dc505f"
	  "5f6cd7016b277e8e5c41e459a562b649e9d2d5626b7945dbf6788f41db079f5e"
	  "a8e25478f8648be75ed9531880969286ce6b569229ce66a097f299392327cc90", },
	{ (const uint32_t[]){ 2, 84, 47, 19, 9, 36, 15, 11, 67, 4, 98, 97, 81, 2, 66, 23, 82, },
	  17,
	  "10b838cc86d645c9960ee3d07f7f462fc842ec04e38e35d5f96851182bf6cc34"
	  "3e97e5aa8f8bc3b5ff38e475ef1e658d3dfa6f9944c53da7a7b54fc24ed9fa3c"
	  "b6c8fae4e1d5760cee395b6d0f13a1853bcdea61faa77a59a1ebac7ecfde036a",
	  "37e45aa24deade4a6dc7545b5221ec53591474bf8e7b85469d6bdb0b7aa58d5a"
	  "00b790faa424129eb2125426bc431dd2bc921449e83bc16bda04ead471d9f84b"
	  "612bff7d32b263c3275e122193fcc031caf1e87827e4df76f4395a70198052a9"
	  "0362b6b11aa3e587830db6d219a81b957bdcb334e4da4cc6bf20b6140dffb958"
	  "c9ffd2fa32cf234dee129562c01a17b4b63e9fb5f09f8c6f21973d94debbfe4a"
	  "9425eddf7d024b77b8ec8672a7874d1132798eefede1c81b44a6bdfadf11ba36"
	  "f23c5d859e26379f625591a2c45a864e9a8d5eb8603fe50bfcb063570ec4a311"
	  "3fae17581a0157b1689cde403fe7e072919e33caf0932bf970943852ac69ae01"
	  "878b657a4b200a2e6601c117cd9230c7062a365986bd2319645287225c629a0a"
	  "bbccaefc9251a8dd1f7a9d3bca7985edf5d4483c22517937d0fe1b8bd1f962e7"
	  "3ce28f07f8fe30b9af80382c90f023c1a1ece755add93204e8d0c0692f195eb5"
	  "f34b2931fe79161132d001f0b86c3b8fad831703bf307f708a229c4dc4b7b7f5"
	  "6a0dc15b9ad25d88b6fafcdb6c2b0c03e367d83f2f522dce0e9759f52238638f"
	  "86c0fed8dd7dc0c21110a9a65cd325e74ada8ed7ff65fc0ab61691b35b59bf99"
	  "de395b38efdc388d72d1d2a98ad0d7363307ac8c05e3359a943a297a9e519523"
	  "7a3db99e551808683d5257ce50cf4a62ab0e71f2f4677dea9d75776e9359a099"
	  "aa5434a9227dbadcc631939ca10701cdf2d5aee794d012eab1b950ff48762754", },
	{ (const uint32_t[]){ 15, 42, 17, 95, 35, 69, 49, 80, 0, 85, 57, 97, 72, 58, 94, 91, 1, 64, 19, 72, 15, 75, 99, 99, 78, 52, 75, 48, 79, 51, 26, },
	  31,
	  "38833e68a754ae7c5fed4dbdb77e1aee06c7fd216354144284750a1040f910fd"
	  "063536c2a0ff460fe0b671b372102e84d5d2c82bcaab4e60cfdf8fee5606b42c"
	  "760d2dd3eeb57fc48c6e2c592e5f450af6ed3ed08ae9305554f34b6c1891e3c1",
	  "bdfe820e7d9535576861fa4ef2eaa74b3c4b6e1e86c4b5f991253b76bb0592f9"
	  "c4a9c4a457340d53c7354157d6f1d3d78938b466c5b28b8877dc89fd45ad68c9"
	  "b4a73357937b3aca334fae41a163bb6ea5208dce4ab5a7d700d57b0b659ded50"
	  "86ecb415618b2c830a2a8bb0ee500bd4b20dffb961eb99ec5e79aa434026bef4"
	  "769af1868d7b23f2331d351405870e078acb6a5dff0e510379fc63876f21f220"
	  "08e9fe6eed6d6f0c9a7aae4e447855ece3aec85fc26821c596d7c01eb581f63b"
	  "79066f37900ab850139350870c3dacf40add8d7e3cc800c473388bd423d3d83b"
	  "825d5fd2f0593ad057c12ed70ada9a5d57f1ec2f3b5b908b4a3e0a95167c0891"
	  "e45e8daa4ea9601789b207dc3aedec126d3a45d98f44721914698557f4dcddbe"
	  "c1bbdd3c84063d35331697e0f92ddf7223d078fc85e19304842cd112ffeb79be"
	  "a438c373e95cfc4b4939a25367047555608f511ddd6eb56f479cce175a9d6c4e"
	  "8a85df549b488fb3879fce096ff923a6c97fdfd06ecaa0969bf4e4932f06e87f"
	  "fca14d06a05a78d3a1a4d0dcb072ae406a06be00130a8b778c4a645c540f4692"
	  "e700c0fac54470df419dd6806141f09e8cb9bbd441eec93ea7ee7df060accc57"
	  "8694ede22ea80d9ccf1812924bb99d6e1220b8e3e741f91fc62d4298a16ba7aa"
	  "1a21f1a3fff1160371ef20c4915181d8dd50e7e49d8397df1bae144410eda4d4"
	  "f8f003b567c192bc512e30e2577edb68371df8bc4c8f0c6537814bc92b08593b"
	  "1264c67bd28b5afc7583918d3457bf6ff31c8aebf65f2f99ed3d6dd587ffd34d"
	  "78a5400f01bd6c40906464c3fd5c79519422e0812418072f9ee1c69d80afc4d9"
	  "933d7b1cbf0188180a13a0c31f42682be4f04d6360ff5608c04fd950867f7f08"
	  "82aaaf231f0e633a39cb6fe65ada64e68ec0cfe26cec1dfcd6d857199bce37e2"
	  "7acd494d15f58b54953bbba78fcd6be0b53797a2d7a55c76fa68338fe4c7076a"
	  "293191f6803e8def264f988d1ffd0d888b0579ffab8158401dcb121dfcf2744c"
	  "d2c3d9f3ed29018c2d18a0c25e8e0da9017f84c7fb81daa3c45536fb214e1b1d"
	  "e2effbecf6c3c32f7f99d00d3535c9940daabfccd5a1ba6207af68e884cd0905"
	  "4de76f5f733c76ff862e9a22f5ecb8492212e0f4c552a2d3d822cf8d364e588d"
	  "356943bbc8f2bf77a5e62aecc56f9aa02e379a9e027ced7dbbeef7c040caa82d"
	  "be7d7222e0b0d32335aa1498f20293cf619f84994def343755bf244184c0856f"
	  "636198b1ddd9591aa3eed4190f30d544d0c3d338acb6b5870cdd29b50fc2e9f4"
	  "40a460dc8ee36acf533ec6a00f3f3eb59facef1149d3d8c1c681a7c493b91dcf"
	  "f6d993e1eeece15558e43b7f1abf59176dcf8b05de368135776c8a313b281b24", },
	{ (const uint32_t[]){ 7, },
	  1,
	  "b00e5589c5343472c9b8966408d119105d176c68270b47a25c0c9b1545c2519d"
	  "7c3a146aee86b98e56968d5c527721a4f98d0b24ace2e3671439b047238be536"
	  "24c57b00aaa370208e4bb37e5bf1efd23b96e816353c8e30e09f30d5799e8fc6",
	  "bce087b71c61845a89ffb1c9aa0543adbd42e4c476f385d9f268c82b3077a1c4", },
};

/* phi3 */
static const struct model_config config_28 = {
	.architecture = &architecture_phi3,
	.layers = 3,
	.hidden = 60,
	.intermediate = 53,
	.heads = 6,
	.key_heads = 2,
	.head_dim = 10,
	.vocab = 101,
	.positions = 128,
	.context = 128,
	.eps = 0x1.0c6f7ap-20f,
	.window = 9,
	.layer_set[1][0] = 0x07,
	.rope.dim = 10,
	.rope.theta = 0x1.388p+13f,
};
static const struct golden_tensor tensor_28[] = {
	{ "model.embed_tokens.weight", DTYPE_BF16, 2, { 101, 60, 0 }, false, -6, { (const uint32_t[]){ 7 }, 1 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "model.layers.0.input_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.qkv_proj.weight", DTYPE_BF16, 2, { 100, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.post_attention_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.gate_up_proj.weight", DTYPE_BF16, 2, { 106, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.down_proj.weight", DTYPE_F32, 2, { 60, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.input_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.qkv_proj.weight", DTYPE_BF16, 2, { 100, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.post_attention_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.gate_up_proj.weight", DTYPE_F32, 2, { 106, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.down_proj.weight", DTYPE_BF16, 2, { 60, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.input_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.qkv_proj.weight", DTYPE_BF16, 2, { 100, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.post_attention_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.gate_up_proj.weight", DTYPE_BF16, 2, { 106, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.down_proj.weight", DTYPE_BF16, 2, { 60, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.norm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "lm_head.weight", DTYPE_BF16, 2, { 101, 60, 0 }, false, -9, { (const uint32_t[]){ 11 }, 1 }, { NULL, 0 }, { (const uint32_t[]){ 3, 90, 3, 4, 21, 20, 50, 77 }, 8 } },
};
static const struct golden_probe probe_28[] = {
	{ (const uint32_t[]){ 39, },
	  1,
	  "1f97d160526f819222ecb283dfbb7e719f8cedd32dbdbd4a03bba64d0b613fcc"
	  "51a65fdd4b8db5e0357bf9af2c8c1cf52219e73e743e6620c9c0e98d42043016"
	  "312bab2b90e66ab8993ce44b73aa33d98e7aaa82b8622804ccd2af7e6b55bae4"
	  "0dfecc722f8604402064c41865f485fa66ba4097a0741478085b19b4fdb61115",
	  "47abd22e02739f572bf9bf29a81067cfb3807faf27c238a2edc1ce5266f85d6b", },
	{ (const uint32_t[]){ 17, 18, 58, 1, 88, 30, 10, 61, 17, 52, 58, 95, 83, 52, 73, 21, 56, 93, 71, 47, 28, 71, 37, },
	  23,
	  "d41a866ba89a564a569f9b37122118ef7dd7cd79cd5120e57a6de311adf54c46"
	  "b7cfaf203e92699713c640322439c8d747aaaf3c2dd80256eb8df1e45cc57847"
	  "2faac877b100b4698c9723966007ff2a584c0754f8c1a163fe37c722a2cf1f6e"
	  "adad2503b4b228db240c811831bb9996e2b619fa516b442dc4aaeb5b53c61afe",
	  "207f92d152aa7425877450590a5425015f7a9ec527ac1b7c20a4e605ae31c457"
	  "54512783b061e7f81870e1cbc3eeeaf6e50c4aec38a1b06cbdaa21ba73671079"
	  "aec68c6e0dd58eedfa17d03626288e6cf5f4fc4a3767271c5f000d3e61543b9a"
	  "28b6c4d96ff5893db4cf9fda1f85e25a6439429b1c738c2da4d03989243ed73d"
	  "55fd633877b074349d52d57e575583251e5249f8ebcb35c484c130d57176b046"
	  "17eb1a2c35cb71d41008350e8218d9a7c9d97061b0bed34deb770f09b39c31f2"
	  "106722cad2edd5a1842cf784c32ef748bf59ca0295c0281fb14957efc3804354"
	  "9dea899c49e7aa85b73f279cac6bfee7da8bb99b6baa9caf6f9175c1163c0da9"
	  "7f826c148d4be26275b5330e0b0823f7620034c2a7a478aeec503f1f53fbab4d"
	  "13d0a8d81e4ce962ecb15d2a3f65ff9c353a26b42da5fb2c6d07325d47183c9e"
	  "74b3b26a6bb1174e76a61bce63de8770856c0276f0a549344c3a1120d065b0ae"
	  "e97cd094c6cd1e197190e87202ab8dc989f09d566e93ae05cd115b0de6d8e449"
	  "83bc91e3803d07344eb17d7c4941da22ecd787382487a04bca8f79ed388f2287"
	  "6c15308e33bff3ca188f244b9769ddf7171522a6fd6778bd79c85cf9c2192bc5"
	  "f4acc0f6b823458d7d043366c20cc3d2067d3bce321afae70b093f189e552c95"
	  "5ccae0fedf5a057e4950585877011402938925dee743a7ee5fdd7f4fdffa2637"
	  "e55ed4ad45e84b05415c05c4ce46e30ebec0d8292fdfd4a6c9ae93e579ee5780"
	  "0c7fc648fb7f8770a76d1ab81438bbb5e61759222738a9d60ebf40d08085da2b"
	  "f9f2bf3307d85dd209c49421c9ab5cff151434a0ee9e5f9bff3175eabeedd6a7"
	  "7959da57da5736ca2bc5aea378a6795d86bbfa19853a70bc0c400617ee2e89cb"
	  "57210287f0ef6628c0ddc2a59084c37ec3ee2edf5178ec2c83b52c0993c0500d"
	  "bec0d1f12e0dff43d581f966392e3f2ce45fe4d311e349e90193c425cf5bd475"
	  "62f826c4faec6729c3dff08955f03a96021371b104311c092f7bf6a762687b78", },
	{ (const uint32_t[]){ 8, 70, 82, 66, 32, 89, 51, 71, 34, },
	  9,
	  "4fc1d5fd9c9615c18d34b66c7a3d7d795380137cb8fcf2bf36bcaa9cfb2a0373"
	  "7d4ffe0ada9f07a7eb20c0a649f6231b99a4826a23f938fb81496ac9a0543e2a"
	  "f002249a49190a6a25d2856fed3275215503dc2dc93a16966973ed967fad68ce"
	  "76a9426cb6f0882b59125c95a405e08e4910e6eb380e75cd7da05310807e7ddf",
	  "2e0ff63730e4cdd6ae5c3b8c09bee221897ac9fed521da3d4ea5e2e4d7513eac"
	  "26cb3c413564e02207f41e09eab268a0600ed1f7bba6756a660c1f2bab6fc607"
	  "b6b468a0110c20012e32aa01d59e3351f36a2ec18c6e112968b67a1295bb8acb"
	  "8e2af4ae69e2397b86aa81102501cb4ef9ce9cdd6a5613f01c2bd28d6708047d"
	  "27784f0bc2d1a9e1f6c2547c94be59ce50a1a68c5ed09d8a46541357a960a5b1"
	  "f094a4641258da8e0a13c54739a84e520d9d762e91a35b4e9d1fbf6d37d82c33"
	  "84692aaa745c9807882af7fb90330f73f0c4c5e0cfbd6206b3db3921e6db20bf"
	  "f31af076666836a3339893f9f551f1786804340bd43e5f9bef8e058d3d22f415"
	  "8f631e32913faa6166cb94145540e2a247e5c50a999ad76099f449ecdaeb85de", },
	{ (const uint32_t[]){ 7, },
	  1,
	  "00271b146738147fdd62a070c50608988cfdefa9c1dfe0505e20c8c7043edf09"
	  "040ff272930e97d661086401ae137c81e56c0142f7570d03209c13491a39a273"
	  "9ca9b3a90d78be156a244ae4659bafa783921fd6a2982ad0a478a131afcadcdf"
	  "eb469b979fb8107ad7be585e79dfef3994ecb8e3b0b36b635931406d8cc05334",
	  "67bdf730d8fd54ba69dce0ec53cc73e29d6c566ca7218d21299d632940216219", },
};

/* qwen2-tied */
static const struct model_config config_29 = {
	.architecture = &architecture_qwen2,
	.layers = 2,
	.hidden = 60,
	.intermediate = 53,
	.heads = 6,
	.key_heads = 2,
	.head_dim = 10,
	.vocab = 101,
	.positions = 128,
	.context = 128,
	.eps = 0x1.0c6f7ap-20f,
	.tied = true,
	.feature[1] = true,
	.rope.dim = 10,
	.rope.theta = 0x1.388p+13f,
};
static const struct golden_tensor tensor_29[] = {
	{ "model.embed_tokens.weight", DTYPE_BF16, 2, { 101, 60, 0 }, false, -8, { (const uint32_t[]){ 7 }, 1 }, { (const uint32_t[]){ 5 }, 1 }, { (const uint32_t[]){ 3, 90, 3, 4, 21, 20, 50, 77 }, 8 } },
	{ "model.layers.0.input_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.q_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.q_proj.bias", DTYPE_BF16, 1, { 60, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.k_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.k_proj.bias", DTYPE_BF16, 1, { 20, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.v_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.v_proj.bias", DTYPE_BF16, 1, { 20, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.post_attention_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.gate_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.up_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.down_proj.weight", DTYPE_BF16, 2, { 60, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.input_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.q_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.q_proj.bias", DTYPE_BF16, 1, { 60, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.k_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.k_proj.bias", DTYPE_BF16, 1, { 20, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.v_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.v_proj.bias", DTYPE_BF16, 1, { 20, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.post_attention_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.gate_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.up_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.down_proj.weight", DTYPE_BF16, 2, { 60, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.norm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
};
static const struct golden_probe probe_29[] = {
	{ (const uint32_t[]){ 44, 99, 36, },
	  3,
	  "d5e587ae98899359a61065ce1b764fe0aa6a0d7d2d16454341d531e8dd7595e6"
	  "15de2fcd7fb4026a86a3487753c823eab56017397110d5592b79576007164287"
	  "e8376dce6ce393f5915590d8930240b9fda38fad792dc3659ec5a38d6ace8df0",
	  "c99feca277ab6a3e950fab94d46a7b89012f5c203f26550b8db5362368d8be4c"
	  "9805621d9b7741de67d398cc068711fd9b16a0220e01ec89f6e8f668ab076982"
	  "154a71a64adb777de61f3ebeb056ea7996820c419afafc317a4d0ba26035fd62", },
	{ (const uint32_t[]){ 15, 32, 84, 24, 28, 13, 53, 46, 20, 67, 23, 59, 56, 96, 23, 31, 12, },
	  17,
	  "4d3beb5150482d49c6000443f390a3270d14c01f760f5b5952d9b587005b69c9"
	  "3b4250253901036644ed4684aed60ade4a83e447b948670812b8b108de7eb854"
	  "1d9f31fae448cfd1431c48b41c8fa919179efdefec711899186528cdd6da4674",
	  "883064746d27f58d27cf37de7049fd345e354a2eb2b91ef24eacbe96849473dc"
	  "889f26de495834f5bce415a55010fa65bffd9bb18d0b6e48a402bf9ce54d1d3e"
	  "fe15e58ddb02ddb9a52139a2d0e6091f33992690030e6057b83364b9a09d00c5"
	  "32178b46dc0b3c95696f7ae72f4a6ea604a6f8590593a2390ef040e142107105"
	  "c71e0b403ae96318b6e366f0957f28952c8c07fe31173b76f5d318675dfa40eb"
	  "62391ef70bb4c164b2b6755a623a8569e935357baf11825dcf251296770b38bb"
	  "b1b581969ca188f1753e2ab1a480185973a93136cb39296bf3a0dd6a369d5a01"
	  "4e044cb03fb1348a63b4d31b68b470c7938cb75c5c80ce56a1c3792aa21d8a80"
	  "87c957ed46837e6ba8d8dd0654f9ee193827e091c196dd748bb92405cba4db35"
	  "8e3498a141bb3bc0621871e5274368952be23e63daf236686093593006d373bb"
	  "99a8e99533cad1646218e9b29a5353d86936ef8cf9ec8061d0d703c98b2bf428"
	  "28c82ec0361c839f025150dfdd158913b4d20815fd20b10e5b7270618e38ac6b"
	  "971ec07bf45ca4391cb4bc84213db624b8448fb4435eb4a6dcceb2c784bf3442"
	  "90b2f45fd1e424440ee37c35d5649c388e0ed54d1505ebc322a7689732da7152"
	  "b191d3496c590611c8d3fa068d91243dd422560975918f3a40f672bb38d5017d"
	  "3479de60ca9817746ae2e1d2d185d4e17719cbe879a7e9639e75d5e38d505b92"
	  "b0403114feff9667bd5c56c175c59437cd316829aa6c7e16336349187d10a0fe", },
	{ (const uint32_t[]){ 7, },
	  1,
	  "7fc2304aabf52b0a99b77c5f3af51a591d2f02ad64857a8ab6e08f7b4be3f830"
	  "292441d0ac185e3bf335ddd200d13cf7797f4000299f6da46bfe1ef17daa3c4a"
	  "18f814c52fcc1fdbfa06796fad1ba033b66a63bd76d5e0020e4ec31821a0ab8f",
	  "5c80c1634fc19752ef78d1fba76e3def9b4e2b987cc1ebc9eb4d8fa1a24958cf", },
};

/* qwen2 */
static const struct model_config config_30 = {
	.architecture = &architecture_qwen2,
	.layers = 3,
	.hidden = 56,
	.intermediate = 53,
	.heads = 4,
	.key_heads = 2,
	.head_dim = 14,
	.vocab = 101,
	.positions = 128,
	.context = 128,
	.eps = 0x1.0c6f7ap-20f,
	.window = 5,
	.feature[1] = true,
	.layer_set[1][0] = 0x06,
	.rope.dim = 14,
	.rope.theta = 0x1.e848p+19f,
};
static const struct golden_tensor tensor_30[] = {
	{ "model.embed_tokens.weight", DTYPE_BF16, 2, { 101, 56, 0 }, false, -6, { (const uint32_t[]){ 7 }, 1 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "model.layers.0.input_layernorm.weight", DTYPE_F32, 1, { 56, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.q_proj.weight", DTYPE_BF16, 2, { 56, 56, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.q_proj.bias", DTYPE_BF16, 1, { 56, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.k_proj.weight", DTYPE_BF16, 2, { 28, 56, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.k_proj.bias", DTYPE_BF16, 1, { 28, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.v_proj.weight", DTYPE_F32, 2, { 28, 56, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.v_proj.bias", DTYPE_BF16, 1, { 28, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.o_proj.weight", DTYPE_BF16, 2, { 56, 56, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.post_attention_layernorm.weight", DTYPE_BF16, 1, { 56, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.gate_proj.weight", DTYPE_BF16, 2, { 53, 56, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.up_proj.weight", DTYPE_F32, 2, { 53, 56, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.down_proj.weight", DTYPE_BF16, 2, { 56, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.input_layernorm.weight", DTYPE_BF16, 1, { 56, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.q_proj.weight", DTYPE_BF16, 2, { 56, 56, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.q_proj.bias", DTYPE_BF16, 1, { 56, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.k_proj.weight", DTYPE_F32, 2, { 28, 56, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.k_proj.bias", DTYPE_BF16, 1, { 28, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.v_proj.weight", DTYPE_BF16, 2, { 28, 56, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.v_proj.bias", DTYPE_BF16, 1, { 28, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.o_proj.weight", DTYPE_BF16, 2, { 56, 56, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.post_attention_layernorm.weight", DTYPE_F32, 1, { 56, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.gate_proj.weight", DTYPE_BF16, 2, { 53, 56, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.up_proj.weight", DTYPE_BF16, 2, { 53, 56, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.down_proj.weight", DTYPE_BF16, 2, { 56, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.input_layernorm.weight", DTYPE_BF16, 1, { 56, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.q_proj.weight", DTYPE_F32, 2, { 56, 56, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.q_proj.bias", DTYPE_BF16, 1, { 56, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.k_proj.weight", DTYPE_BF16, 2, { 28, 56, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.k_proj.bias", DTYPE_BF16, 1, { 28, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.v_proj.weight", DTYPE_BF16, 2, { 28, 56, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.v_proj.bias", DTYPE_F32, 1, { 28, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.o_proj.weight", DTYPE_BF16, 2, { 56, 56, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.post_attention_layernorm.weight", DTYPE_BF16, 1, { 56, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.gate_proj.weight", DTYPE_BF16, 2, { 53, 56, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.up_proj.weight", DTYPE_BF16, 2, { 53, 56, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.down_proj.weight", DTYPE_F32, 2, { 56, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.norm.weight", DTYPE_BF16, 1, { 56, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "lm_head.weight", DTYPE_BF16, 2, { 101, 56, 0 }, false, -9, { (const uint32_t[]){ 11 }, 1 }, { NULL, 0 }, { (const uint32_t[]){ 3, 90, 3, 4, 21, 20, 50, 77 }, 8 } },
};
static const struct golden_probe probe_30[] = {
	{ (const uint32_t[]){ 63, },
	  1,
	  "e63f3a76726389aaf4b545926b0d305ddbe1d41de4a35156b088cfeb2ead4bd2"
	  "58311e6547429aab226615a004caa8d55caf52851658df27b609d17d3549abe0"
	  "ebe7562325754dae78c5a61d56cfaaab1012ea8a4cc5d94a790fe7c74570fea1"
	  "476546d7fd279b915f8d71f2130ffe6c52c37ef43eeb3455b447f9a3b947547e",
	  "56351bc5d3b900802698727b8bf7566894213834e6472bff4e57c50083042711", },
	{ (const uint32_t[]){ 32, 5, 96, 44, 97, },
	  5,
	  "1ee3ca4d6b6a5b7e02768dc0e992d938cc201e845c0bd6f12b8779d93be16c90"
	  "82956e8cc1233748e0e4ffbc072665d8fdc1459f27dc1e3065dfb93665f8a3d4"
	  "2c6234daaf843b62fe0aaed6b5b83e38ae814e3a2dd43b78da21d07dfb779b8a"
	  "d15d0559ee34e00e9ac721b117d7fde58c2f91e8fcf02fc3c1003bea501fb5a8",
	  "f9da27ee9da8c2164244b4c2c8735f756723c494702de10f087084ed4870594d"
	  "b19c2cf4551b955503db95844ebcafc4502f4f9e071f80a99f57fab14c93d6e7"
	  "c70eb71b725b9fb4cfba395c138f891888f422afecd377f04c59bb4b7e2ff652"
	  "8714826a4df46ccbc944e1a8fbf9f70456ad440dde9fad0476a64f5b3da70a76"
	  "54fee80389917171c5688069e8e337e928519a3e559dce19f85a1208ef70aa9c", },
	{ (const uint32_t[]){ 5, 81, 4, 78, 88, 54, 40, 47, 82, 21, 97, 71, 91, 60, 34, 3, 68, 23, 48, 84, 13, 60, 49, 61, 25, 11, },
	  26,
	  "9f22681ada8286782d341befc801ddf4712e7c9e191d585e36e08aa3014890df"
	  "4cc98d93f14a404eda66b30047504279cca4cb93164d5722cfaab5b4854ed522"
	  "6b76bbc7949f6aae704c5e271cea8960895bc51b9d1e566d141094e258f5dad2"
	  "d6473edd1f59c8e95ede2891ac3b84db680f07f5fa8db77d8ca34c32b113b6fc",
	  "6ab5ba7061e875e42d9ad01bbad81b3877f1326fe1faeaf43433ed1f1bd303f5"
	  "7244cb784e3fbaa01e1c7deca14bb342c1588c4462c3c582980dd3a4ab682cdc"
	  "c8152fe9b785506b0f8f97e2644b10108c17a3e3de9739bd2682555c958d2f25"
	  "4baf7e4ca379aff1740005e9ca7a62a9e67a30ebed58ca33ba309ec0eaa07c6e"
	  "cad63d7c225f0910ef2d306356da4c93c1251f885a7297283adf26f8b693aafb"
	  "8667948ca924f297d887ffaa933fe37b2aed157fef46ec2bcc406db977df5146"
	  "7eee87abf807b79f86b636dcb4d46175bb85b5188512690943560444ad94e29e"
	  "c9a95ef902e845110fdbe8457adecbf70685e3e069134ed746c24f61295e20df"
	  "f92860bc11f042b8cd4627eefaa4a217aae96e194d048500787dc73236ee82fb"
	  "5c032a562cc813d833c2d8fb0a3496d8b3673f7b82afd73627f4ca1b51ebda6b"
	  "e5c0108a58dc4ee895cf2e46205c82723aed9914285b0cf8dc2567472540aa26"
	  "1e70a2585ed6cc116e97525104dfb558c27402ee99cb106eb583d584acee2ea0"
	  "50652d8c0dd2d2ba802e292131c21e9b431c2e21919ab4c4f829d9b01a7afef7"
	  "1cc909841a6b29ac8e8a32be5b988262c85d7071e1a8ac7c5aa7cb25f367a215"
	  "bea89a2a09d1d28de090bc0661ef303c4ae5710358e27571eea34a37652ac6a5"
	  "3328e24be6f846976c27fe1d3623edb202cd9ed8c8d0fc246f6b3ec919e06048"
	  "25123695efd78daa5fba84076ac80748d548cc7c45e93727bf6cda382b1c008a"
	  "1c46f7c430c80ce2ccc12204cd0b71a14eff6ff453feab5068f9741f20bf99b0"
	  "f59a8f9caddfa2565f3c3e11bda8aa35e3d20f7eca221817d690f9e5896fdcc6"
	  "8bec77eb85b556cc2c63c060ace0e0e28442aeecfa5755982c6074e9e627fe45"
	  "ddc7eb8a870c3f5ba6f94040d455e4a4e420273c1c9c13ded8e809081c19135a"
	  "451ca1336b5e38062dc6c348ad0df6a8214d74a8e502a40727192f64b6a0583a"
	  "7ab5f8df5948460f47c11cb814dc4c27d5a1d0d1a35bcf973a990fd8a390e1d6"
	  "9769c56a18c06ec2381a5fe51e2b6595dbbe926f797c67b0e938bdf6bf982e69"
	  "21950621290998908fe1d4113d5809164646eba098aa6c47246963a5c446f85b"
	  "b8392bcf355ac65d174059f2d1499eb94847669c75f1b53199ecc68d8572469b", },
	{ (const uint32_t[]){ 7, },
	  1,
	  "a8a087d2a1cc75fefa2db7f5a0bf8f30920c2204248417b41fc1654b77e57d16"
	  "e890b09baaa01e76a5968e602840f1146f0610bc64587558880dc4073dfc0001"
	  "9d40b73493a879e6d3c219c9fb33b6048d1b098558b2a3202e7dcc06ef428e78"
	  "190668b4fc494e94dc9405e607377c2345c00631bcfe09944cc2027b64fd6fbc",
	  "57f28037044c3bd73c2a5113916da28eff38c6723949284c93338392de272f54", },
};

/* qwen2_moe-window */
static const struct model_config config_31 = {
	.architecture = &architecture_qwen2_moe,
	.layers = 3,
	.hidden = 60,
	.intermediate = 53,
	.heads = 6,
	.key_heads = 2,
	.head_dim = 10,
	.vocab = 101,
	.positions = 128,
	.context = 128,
	.eps = 0x1.0c6f7ap-20f,
	.experts = 7,
	.experts_chosen = 7,
	.expert_intermediate = 19,
	.shared_intermediate = 31,
	.experts_renormalise = true,
	.window = 5,
	.feature[1] = true,
	.feature[7] = true,
	.layer_set[1][0] = 0x02,
	.layer_set[2][0] = 0x02,
	.rope.dim = 10,
	.rope.theta = 0x1.e848p+19f,
};
static const struct golden_tensor tensor_31[] = {
	{ "model.embed_tokens.weight", DTYPE_BF16, 2, { 101, 60, 0 }, false, -6, { (const uint32_t[]){ 7 }, 1 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "model.layers.0.input_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.q_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.q_proj.bias", DTYPE_BF16, 1, { 60, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.k_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.k_proj.bias", DTYPE_BF16, 1, { 20, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.v_proj.weight", DTYPE_F32, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.v_proj.bias", DTYPE_BF16, 1, { 20, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.post_attention_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.gate_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.up_proj.weight", DTYPE_F32, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.down_proj.weight", DTYPE_BF16, 2, { 60, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.input_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.q_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.q_proj.bias", DTYPE_BF16, 1, { 60, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.k_proj.weight", DTYPE_F32, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.k_proj.bias", DTYPE_BF16, 1, { 20, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.v_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.v_proj.bias", DTYPE_BF16, 1, { 20, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.post_attention_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.gate.weight", DTYPE_BF16, 2, { 7, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { (const uint32_t[]){ 2, 5, 0, 3 }, 4 } },
	{ "model.layers.1.mlp.experts.0.gate_proj.weight", DTYPE_BF16, 2, { 19, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.experts.0.up_proj.weight", DTYPE_BF16, 2, { 19, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.experts.0.down_proj.weight", DTYPE_BF16, 2, { 60, 19, 0 }, false, -8, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.experts.1.gate_proj.weight", DTYPE_F32, 2, { 19, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.experts.1.up_proj.weight", DTYPE_BF16, 2, { 19, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.experts.1.down_proj.weight", DTYPE_BF16, 2, { 60, 19, 0 }, false, -8, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.experts.2.gate_proj.weight", DTYPE_BF16, 2, { 19, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.experts.2.up_proj.weight", DTYPE_BF16, 2, { 19, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.experts.2.down_proj.weight", DTYPE_F32, 2, { 60, 19, 0 }, false, -8, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.experts.3.gate_proj.weight", DTYPE_BF16, 2, { 19, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.experts.3.up_proj.weight", DTYPE_BF16, 2, { 19, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.experts.3.down_proj.weight", DTYPE_BF16, 2, { 60, 19, 0 }, false, -8, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.experts.4.gate_proj.weight", DTYPE_BF16, 2, { 19, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.experts.4.up_proj.weight", DTYPE_F32, 2, { 19, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.experts.4.down_proj.weight", DTYPE_BF16, 2, { 60, 19, 0 }, false, -8, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.experts.5.gate_proj.weight", DTYPE_BF16, 2, { 19, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.experts.5.up_proj.weight", DTYPE_BF16, 2, { 19, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.experts.5.down_proj.weight", DTYPE_BF16, 2, { 60, 19, 0 }, false, -8, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.experts.6.gate_proj.weight", DTYPE_F32, 2, { 19, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.experts.6.up_proj.weight", DTYPE_BF16, 2, { 19, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.experts.6.down_proj.weight", DTYPE_BF16, 2, { 60, 19, 0 }, false, -8, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.shared_expert.gate_proj.weight", DTYPE_BF16, 2, { 31, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.shared_expert.up_proj.weight", DTYPE_BF16, 2, { 31, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.shared_expert.down_proj.weight", DTYPE_F32, 2, { 60, 31, 0 }, false, -8, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.shared_expert_gate.weight", DTYPE_BF16, 2, { 1, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.input_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.q_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.q_proj.bias", DTYPE_BF16, 1, { 60, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.k_proj.weight", DTYPE_F32, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.k_proj.bias", DTYPE_BF16, 1, { 20, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.v_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.v_proj.bias", DTYPE_BF16, 1, { 20, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.post_attention_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.gate_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.up_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.down_proj.weight", DTYPE_BF16, 2, { 60, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.norm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "lm_head.weight", DTYPE_F32, 2, { 101, 60, 0 }, false, -9, { (const uint32_t[]){ 11 }, 1 }, { NULL, 0 }, { (const uint32_t[]){ 3, 90, 3, 4, 21, 20, 50, 77 }, 8 } },
};
static const struct golden_probe probe_31[] = {
	{ (const uint32_t[]){ 28, 20, 87, 46, 70, },
	  5,
	  "f65e504f8a836c1047d5cab2f07ad67c57e504d0a5e47dd0f3146aae9cf3c2b7"
	  "95338f2a5fb4c15d16c274639b179dac32aac5b2489acc9ccc371328eab61c25"
	  "f1c2ceef35341476efa06d21fd20bc052d0acb898ad3d0f1494f8117b3ad9b96"
	  "acb10c7b5efd2a9b2ea968805bc7d58b752dc70cccfc05eb34c5c03053560a3a",
	  "832d8d9d2afd3879d7ccb5ca078487ca1a279e1ed0622844e936e0a18cefb479"
	  "cf822cb14f0d02c8e4af2a5e2e497b0b9d42d54a2da55487d336f75ed0a36961"
	  "90ccb0660be5a59a5c36c9b1536cbd6372c917e00d5c4342201362281c876b21"
	  "c12e9df9c75a86d5f0ebf800e316649fe4ca1e7ac206ef91ac0acd1276f3a464"
	  "a283c7633f76e386258287dbd0c242c898a9bbeb2a9adcedea948c1292dfbf8c", },
	{ (const uint32_t[]){ 45, 74, 38, 65, 73, 86, 90, 78, 24, 38, 9, 2, 77, 4, 38, 58, },
	  16,
	  "0939a61e0dee39f41912901605ca6509cdb22a4eb72fe19d34899b4bb035c8b0"
	  "0b163095664a7607c569af961493a0ac4b1d7f0de4e9420d2941d9d9148be6e9"
	  "f7ff4808b4fcfcda4bf90a8aa97204758f1ff685dc0128b728caae99b74a83b0"
	  "561ddca17111c204eb6e1b984f966494e5f8c88d8cf9336abf329ddc8426d894",
	  "508b4a847c53b8f3ce9a34558f57cc6a578d7f4e8aee673495c2793787940443"
	  "6488841fb6faf9a787d2516200f491d1c1e22d0c6e42526dedf0b71076209012"
	  "cbe92090ea3c64ba67848d2521d0723daf432bcb6a4ef0dcf034626097b962d0"
	  "9194efd82a28ce6b0ede37b1f7f3ea4ad780aae5d71b6e32fe668e3575ef70e7"
	  "ee93cf5208476d5e92a2c8d441e2ea0c8b776b9302cb8233ac5bbe026b7eee5e"
	  "dcbba898e8d2cb59bfa1419426a0baed1b5d13339faadc74cc5acaaaf2177f33"
	  "1e781c389ba0dc29cb661d5664f82b718739a836ea3229b23d72c93e27bf060b"
	  "3873eae7090dfa8a79d4eb1f0f0cfa888b872a25b072bc5d457f910ba7ad91f8"
	  "4bfa5809d7b59d1f435643b0b1e7eba16588b7251a64561b14b1d4832c4335dd"
	  "505ec9712a3dc7258dcffe445f4b0c3063cf58a8ed35de8932eefb28d26546cf"
	  "e3d083fa78260ff1d780d44aa78cd3c316c96c0a7339a66adbac8d8ff336b3a4"
	  "87f5fd98d974512927f984d4fb2f44b0d2cbefdb281c2ab3f462388d0914b63b"
	  "7ed337e0fdada71d7fdac773be2a57e8d31208c0f896dca296f23d0245b72c2a"
	  "cff5f485a7b43ec54977968a0415a435a0f7f64645286b0bbc1b24d3f451065e"
	  "8992b30faa00e69df34eb76e5bb5e793429abd5103655ba202ec88099a8aab96"
	  "ce1b058bea4f78a8c037a4810974b1c2bf3d7c1b21c3a8d41a278aba8eec4609", },
	{ (const uint32_t[]){ 7, },
	  1,
	  "5c0422d3f74407a8682da2f6865ee3e50ca96c46c1daeb2d1aa5602483bd25ef"
	  "1b88a6cd8b11d1fece9124c3cd656123d7cb6d29e27ee249970c6873536f59ad"
	  "bc101b555a2d44eb63f95b72d35efa953e15be5c2f72d7fb38fc81730e99c1b9"
	  "a3f2d5890cf77b9028d5a417d405a0ca525a94d2314c3feefe909f7bfb3b8d22",
	  "eb6b9b9a9b7462042d112e9450db40fe556f187b470a45d248ae988fad8c2740", },
};

/* qwen2_moe */
static const struct model_config config_32 = {
	.architecture = &architecture_qwen2_moe,
	.layers = 3,
	.hidden = 60,
	.intermediate = 53,
	.heads = 6,
	.key_heads = 2,
	.head_dim = 10,
	.vocab = 101,
	.positions = 128,
	.context = 128,
	.eps = 0x1.0c6f7ap-20f,
	.experts = 7,
	.experts_chosen = 3,
	.expert_intermediate = 19,
	.shared_intermediate = 31,
	.feature[1] = true,
	.feature[7] = true,
	.layer_set[2][0] = 0x05,
	.rope.dim = 10,
	.rope.theta = 0x1.e848p+19f,
};
static const struct golden_tensor tensor_32[] = {
	{ "model.embed_tokens.weight", DTYPE_BF16, 2, { 101, 60, 0 }, false, -6, { (const uint32_t[]){ 7 }, 1 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "model.layers.0.input_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.q_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.q_proj.bias", DTYPE_BF16, 1, { 60, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.k_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.k_proj.bias", DTYPE_BF16, 1, { 20, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.v_proj.weight", DTYPE_F32, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.v_proj.bias", DTYPE_BF16, 1, { 20, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.post_attention_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.gate.weight", DTYPE_BF16, 2, { 7, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { (const uint32_t[]){ 2, 5, 0, 3 }, 4 } },
	{ "model.layers.0.mlp.experts.0.gate_proj.weight", DTYPE_F32, 2, { 19, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.experts.0.up_proj.weight", DTYPE_BF16, 2, { 19, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.experts.0.down_proj.weight", DTYPE_BF16, 2, { 60, 19, 0 }, false, -8, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.experts.1.gate_proj.weight", DTYPE_BF16, 2, { 19, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.experts.1.up_proj.weight", DTYPE_BF16, 2, { 19, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.experts.1.down_proj.weight", DTYPE_F32, 2, { 60, 19, 0 }, false, -8, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.experts.2.gate_proj.weight", DTYPE_BF16, 2, { 19, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.experts.2.up_proj.weight", DTYPE_BF16, 2, { 19, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.experts.2.down_proj.weight", DTYPE_BF16, 2, { 60, 19, 0 }, false, -8, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.experts.3.gate_proj.weight", DTYPE_BF16, 2, { 19, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.experts.3.up_proj.weight", DTYPE_F32, 2, { 19, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.experts.3.down_proj.weight", DTYPE_BF16, 2, { 60, 19, 0 }, false, -8, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.experts.4.gate_proj.weight", DTYPE_BF16, 2, { 19, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.experts.4.up_proj.weight", DTYPE_BF16, 2, { 19, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.experts.4.down_proj.weight", DTYPE_BF16, 2, { 60, 19, 0 }, false, -8, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.experts.5.gate_proj.weight", DTYPE_F32, 2, { 19, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.experts.5.up_proj.weight", DTYPE_BF16, 2, { 19, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.experts.5.down_proj.weight", DTYPE_BF16, 2, { 60, 19, 0 }, false, -8, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.experts.6.gate_proj.weight", DTYPE_BF16, 2, { 19, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.experts.6.up_proj.weight", DTYPE_BF16, 2, { 19, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.experts.6.down_proj.weight", DTYPE_F32, 2, { 60, 19, 0 }, false, -8, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.shared_expert.gate_proj.weight", DTYPE_BF16, 2, { 31, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.shared_expert.up_proj.weight", DTYPE_BF16, 2, { 31, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.shared_expert.down_proj.weight", DTYPE_BF16, 2, { 60, 31, 0 }, false, -8, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.shared_expert_gate.weight", DTYPE_BF16, 2, { 1, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.input_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.q_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.q_proj.bias", DTYPE_BF16, 1, { 60, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.k_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.k_proj.bias", DTYPE_BF16, 1, { 20, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.v_proj.weight", DTYPE_F32, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.v_proj.bias", DTYPE_BF16, 1, { 20, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.post_attention_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.gate_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.up_proj.weight", DTYPE_F32, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.down_proj.weight", DTYPE_BF16, 2, { 60, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.input_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.q_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.q_proj.bias", DTYPE_BF16, 1, { 60, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.k_proj.weight", DTYPE_F32, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.k_proj.bias", DTYPE_BF16, 1, { 20, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.v_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.v_proj.bias", DTYPE_BF16, 1, { 20, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.post_attention_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.gate.weight", DTYPE_BF16, 2, { 7, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { (const uint32_t[]){ 2, 5, 0, 3 }, 4 } },
	{ "model.layers.2.mlp.experts.0.gate_proj.weight", DTYPE_BF16, 2, { 19, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.experts.0.up_proj.weight", DTYPE_BF16, 2, { 19, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.experts.0.down_proj.weight", DTYPE_BF16, 2, { 60, 19, 0 }, false, -8, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.experts.1.gate_proj.weight", DTYPE_F32, 2, { 19, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.experts.1.up_proj.weight", DTYPE_BF16, 2, { 19, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.experts.1.down_proj.weight", DTYPE_BF16, 2, { 60, 19, 0 }, false, -8, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.experts.2.gate_proj.weight", DTYPE_BF16, 2, { 19, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.experts.2.up_proj.weight", DTYPE_BF16, 2, { 19, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.experts.2.down_proj.weight", DTYPE_F32, 2, { 60, 19, 0 }, false, -8, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.experts.3.gate_proj.weight", DTYPE_BF16, 2, { 19, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.experts.3.up_proj.weight", DTYPE_BF16, 2, { 19, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.experts.3.down_proj.weight", DTYPE_BF16, 2, { 60, 19, 0 }, false, -8, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.experts.4.gate_proj.weight", DTYPE_BF16, 2, { 19, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.experts.4.up_proj.weight", DTYPE_F32, 2, { 19, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.experts.4.down_proj.weight", DTYPE_BF16, 2, { 60, 19, 0 }, false, -8, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.experts.5.gate_proj.weight", DTYPE_BF16, 2, { 19, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.experts.5.up_proj.weight", DTYPE_BF16, 2, { 19, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.experts.5.down_proj.weight", DTYPE_BF16, 2, { 60, 19, 0 }, false, -8, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.experts.6.gate_proj.weight", DTYPE_F32, 2, { 19, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.experts.6.up_proj.weight", DTYPE_BF16, 2, { 19, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.experts.6.down_proj.weight", DTYPE_BF16, 2, { 60, 19, 0 }, false, -8, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.shared_expert.gate_proj.weight", DTYPE_BF16, 2, { 31, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.shared_expert.up_proj.weight", DTYPE_BF16, 2, { 31, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.shared_expert.down_proj.weight", DTYPE_F32, 2, { 60, 31, 0 }, false, -8, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.shared_expert_gate.weight", DTYPE_BF16, 2, { 1, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.norm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "lm_head.weight", DTYPE_BF16, 2, { 101, 60, 0 }, false, -9, { (const uint32_t[]){ 11 }, 1 }, { NULL, 0 }, { (const uint32_t[]){ 3, 90, 3, 4, 21, 20, 50, 77 }, 8 } },
};
static const struct golden_probe probe_32[] = {
	{ (const uint32_t[]){ 15, },
	  1,
	  "b901514cf4225eed29ba39c9a098c02e10d718a622a170a289f9b422fdad19d4"
	  "694265457d973ebee3a6cc6065ac4de2196a14683be007b5b9d0fb397507fae6"
	  "37ac600302083bbc24169681b8a565c0e05896f6cafdf374ab707c24ce33985c"
	  "56c466b49a20ba818a2404351e010cca522b71faac0803ac95a91848858960db",
	  "8d6922923e20df37a4c623e28bd4d64b671f5d09a18e87fbbaf3edcb78e99926", },
	{ (const uint32_t[]){ 31, 79, 34, 75, 26, 88, 5, 6, 66, 39, 21, 50, 43, 55, 58, 94, 51, 33, 68, 31, 11, 35, 9, },
	  23,
	  "602513319fff58f00a517a900ed8e5e03c18f699a3d08bb536a284ec5bada378"
	  "3c4cc807d29478045ac4cff712a0a09b50203fe58c4d3907b49ab54bb4cfe765"
	  "89ea2eb1d8ee16141beb35fe8c4cae287d4bc14a80a5e67c536ae95358662728"
	  "2bc6359f703448a3be12a7154d80599fb3c7aeb96ab529e311a76f1484194688",
	  "f801bc82b509735ae60e4f3e8aaac09085d8641c445cea8635c73d354b1c7a03"
	  "838ff41d137e6a11b2f437ab71f1cc0ac76fd0bec0389da9861b144b9d9308a1"
	  "82486d031426fc7e3d93f27c1ce0f830690db50afee919357c3c8365bfcfeaeb"
	  "3c356c74873d9303a318902b3e78616cf90bedfa25f9e2a4ac8ccb23a7d0ee29"
	  "1947c4423460932711afc87ef3bb0992d46f0200d82174c738f3e76ca2dc73ce"
	  "6cc3b63a0fa76b8c51f5904d430e7d209e4824c1e3f70da644a577030d3851d7"
	  "76dd4b86bf6a7414503b7296e04668c70702254ee13c043ab7fa2fdc24cb2290"
	  "007eb85a383cb475bca6ee0d11b3b36eaa58db87234a0cf86adf3a21d437a78b"
	  "ffd774e0dea220cd296f2c98e98168228be693d5c98d5cfbb252d68e3c4ffe15"
	  "dcff45e4b6b761ded2696ba273d96842e588dbc3505358429b3946353bdd0cf9"
	  "a198db5e686073da6698851a9dbc035ff4490d8df90eda5cf6dd0f69e698048a"
	  "967008f2cca9f52d135359862c79f11a996731d7538bd0416ec76e69f59ff1cd"
	  "56ea259ebd717649c28b6409207d2d36a45a4d545d2339eab3a58eca018c558c"
	  "47569949422bf7f7d3c446b693c2d16688cfb4a2aace009015f562b0cdfd3dd1"
	  "4662e7614e981212d04902a943ae4e2257910286d3a161c960563d25cec76ee9"
	  "60d7d512754a9957a7e1a6d9707f38d70036719c556ab745165ec63eb0c1ad69"
	  "b2cd56f8fdda20b12cf820ef9dc330699e37ce43b668a522d3d65ba2eec15636"
	  "a570568a0a26c7b9ff0c3f496a7d84ae1d13812f8c569a1586f4b9b13e48f1b5"
	  "0d6a7794682095e0889e9e5af82260f349aad99c359bc8ac9def431ec73c2d11"
	  "2bba222614ac4b3ce9848935c7e3fca781eec6c7dcd0af4f95b5ae15c3d2c5f7"
	  "6238cb2fa936b33027dbae44da633e0d68235524fb724174b910669f4f7e0319"
	  "fdb79edf0d2855a4d5d9a23c5f68779e86541bed30b3c53f43677feb140a6f63"
	  "8d9ccbd96e0272870cf3216a94a0988092c968481d5364bd761c4841b537c542", },
	{ (const uint32_t[]){ 32, 62, 31, 12, 37, 68, 72, 52, 28, },
	  9,
	  "194484586336a4645de07876d6197d0f2054dc53d11c5985d8433df5edf408db"
	  "082ae30ccff503b74acb9750f1b9dcfff22ffdc32ba81e495b6a838f6a3ee5f8"
	  "fae825ad2e8daf0b3a41c6a99b100d940bd278dad67861bcfa466326cce18a6b"
	  "145852133a36b0f2e703d2407f6abd84639161b08beb85331ff98c8838ff3157",
	  "2f154cb742088c61771a6cca5a444a53f84a8b614653b66bc4dcf1b6acd51482"
	  "aa2cb59fe178fe35a3910389ea9f62067d4070cfa701aca2e5acd963fca74b1c"
	  "ee8c49284afd8869389465c601053a5bcb32f94a710e2e34b7e284e62bea84eb"
	  "bec5f4ca19f9bb4f9c7660aad745dd1daf685dacd67206fade8979ed46484ff4"
	  "0f70911218b8498ca2d30f8ed6173dbc5f6d770d4d62c947d96ee84d980d8933"
	  "cc3094722e3382575d450fb113c6fa2ea17ba3a1ea25264d443d50e6fc5ee59d"
	  "c5870b30969bd84ce8a24fbae2b4a2f1b5eb43f0b449d3d975c3cba50692bdd5"
	  "fbf4ea2ce78e0d8fb23143ca461bad0b641d93e20c024b52c907950ed800d283"
	  "5d83ea0a509c95037310ccaee1f98ffa040ed8c98ca27565c1bf91b9fb2cfbf4", },
	{ (const uint32_t[]){ 7, },
	  1,
	  "e650c1201fb07c9b75693dc51a89e06318ec42a2f1cb5a8bcb6b31c72a8bed24"
	  "c317fd21d024cbc5e446297d21c04500137518491e532abb21f6480ecf675cab"
	  "dd7f8f39af58e74204887bae1e4a549049c208a5937a0ab5811f2703de55fdea"
	  "620fc243944b5fef3a278fb078f6234572a4db01c244b76319d7d23f021360cc",
	  "faa4ccf3f85b29731ab84513cb4a17754a67fa6f758d9b3f0af0efb4049a06d2", },
};

/* qwen3-tied-window */
static const struct model_config config_33 = {
	.architecture = &architecture_qwen3,
	.layers = 2,
	.hidden = 60,
	.intermediate = 53,
	.heads = 6,
	.key_heads = 2,
	.head_dim = 10,
	.vocab = 101,
	.positions = 128,
	.context = 128,
	.eps = 0x1.0c6f7ap-20f,
	.tied = true,
	.window = 6,
	.feature[1] = true,
	.feature[2] = true,
	.layer_set[1][0] = 0x02,
	.rope.dim = 10,
	.rope.theta = 0x1.e848p+19f,
};
static const struct golden_tensor tensor_33[] = {
	{ "model.embed_tokens.weight", DTYPE_BF16, 2, { 101, 60, 0 }, false, -8, { (const uint32_t[]){ 7 }, 1 }, { (const uint32_t[]){ 5 }, 1 }, { (const uint32_t[]){ 3, 90, 3, 4, 21, 20, 50, 77 }, 8 } },
	{ "model.layers.0.input_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.q_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.q_proj.bias", DTYPE_BF16, 1, { 60, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.k_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.k_proj.bias", DTYPE_BF16, 1, { 20, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.v_proj.weight", DTYPE_F32, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.v_proj.bias", DTYPE_BF16, 1, { 20, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.o_proj.bias", DTYPE_BF16, 1, { 60, 0, 0 }, false, -8, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.q_norm.weight", DTYPE_BF16, 1, { 10, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.k_norm.weight", DTYPE_F32, 1, { 10, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.post_attention_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.gate_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.up_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.down_proj.weight", DTYPE_BF16, 2, { 60, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.input_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.q_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.q_proj.bias", DTYPE_BF16, 1, { 60, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.k_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.k_proj.bias", DTYPE_BF16, 1, { 20, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.v_proj.weight", DTYPE_F32, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.v_proj.bias", DTYPE_BF16, 1, { 20, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.o_proj.bias", DTYPE_BF16, 1, { 60, 0, 0 }, false, -8, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.q_norm.weight", DTYPE_BF16, 1, { 10, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.k_norm.weight", DTYPE_F32, 1, { 10, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.post_attention_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.gate_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.up_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.down_proj.weight", DTYPE_BF16, 2, { 60, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.norm.weight", DTYPE_F32, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
};
static const struct golden_probe probe_33[] = {
	{ (const uint32_t[]){ 27, 57, 19, 63, 97, 82, },
	  6,
	  "a672515838317dfb63792a3358e7e7a7f0b486acf85904f6a10724da43a2f998"
	  "318617bb1e02d9c74fc870a95d44fe28bc733b723e6febb8ea39fc345d2eab19"
	  "b0eb7f42169b778871ee9486004647f9cd4425d81e820cdbae39fdb3fef614e7",
	  "a622bc56c842e86ca2a5dc640ab7abc05a2754f154bdf9fb851630a552c4048d"
	  "2311067abe3b2a564b180d70c19715cb19e6bd7ee0ff5ea11cb2a4a287c23cc3"
	  "0c5e9ae1a392dcdef6b151991d893332d2214b37c87b1942bc383cd7c951b9a9"
	  "3a8cb514eb33d2ff7d344280d0def3f4d4c45ac2c157b2d6eacdacc578635b4b"
	  "abbbc1f36cebce17f47e7b836e2559bde38416477ab7011e08707d35309d84c7"
	  "6037877fce2cd7de7ce94474f460eaa34dc69e13251bc9b794981c18690281f8", },
	{ (const uint32_t[]){ 2, 42, 20, 51, 15, 100, 99, 81, 58, 86, 47, 40, 73, 57, 36, 49, 46, 22, 43, 68, 84, },
	  21,
	  "70c36b3508eeb8f4a049715196536f006ec9555c41bd87e93569c507af09af41"
	  "0bbc17f152dcdf2fec46b6132bc2caf8d85bc0decd89e8310f70c7231ba852b0"
	  "3d14280f6e05e23b8b078bb357b87f1287dc1776d31c4bde3cb8782b216283f1",
	  "6183e97404b7703c91a8bae6cbaa51beb68b019ef9f665625b7f105c7a61ecf5"
	  "eef3788ddbf7149c54194c81342f84fe4bc59faad02dbf8be585d08c5bf03c1b"
	  "ecda5121b047149e4ff3f6c728f8806d7f1f05eb55b91e87eb27e672ac74494d"
	  "3e57d957a65e95af4b594ca546b307d6de52b156d01975df80487bf1867d75e0"
	  "1ba19ce51ec5e20daf9521fae657cef9f97b66eea762f80c8c535dca59e3c1ea"
	  "2c9709e299a2f2aed37db51eb85b38b70e02645bb4f6574f251c97035787f1a1"
	  "e5fc7e537de624d33253b2c4af9a8683425ca0b2ae0f14f7b9da0882ee035914"
	  "aacf2db0f66bcba53ec6db8681fb0ba70c15acf0b500b390394e03e381823f17"
	  "b2fabc1c7ed8105e8e0d2cfcd289cf74d500a85ca5b3aa2a662424d847370b3a"
	  "318861d45481f0ba2e272f7d03b6866bcc3d55dfc97b9669a49026768ab40bbd"
	  "0cb6780d7683b3eec71445392d2621e47b3015574f11c146f6c7c7e62d7661a7"
	  "0afdb6a7752a6c83746ea97e6df430c92aad98177e42a33b269e79405c29f021"
	  "0e385251b93a1c4559481868d511a4666077f703b8d1565c4b4f33f21d923b69"
	  "b98ed81c57dbf9ed58a75f79ecdb021cafd7350223c7dd0de42373dfbfc84d08"
	  "099ca92c8ec1431645569284879ff1a9f562b5c54e29864696ea0fad9e6fb3a5"
	  "3ce783aba7a1db2d42f06b3caaf835266ca14893967493ec8cf7550a8da3f370"
	  "9e42ed74b3a2f47f183239acb8b9f0dbe1dac538e2b669f8b83a8e7db86baebf"
	  "19a8617eb5c5058c9fcc750c51ee1afa09d0d00639b69322ec3ddafb94f28687"
	  "c66216d4f52e3f10a719e46f9f93a46ccc15a22db1860d052f34d94cf47fea04"
	  "43dc04a7fb469475495b6b27e0e3388b7f004a46e19ba49083bf7a62e44a4a18"
	  "05b10ed55bdf11502768967bcd807d901695781f1071626b667d237c15615ecd", },
	{ (const uint32_t[]){ 7, },
	  1,
	  "4f90c3375d87c7005d4c3ca7e78f7c1612c12010b9a608be0098035c8f9f5546"
	  "a780de4c59245c88c093d0dc79494a771e71ae9ec87b0040261bce86b68db097"
	  "5e5e9494d67b1e7742fcb9d72bc062899344c94461c3b2ff9e842f77e3a16da8",
	  "cfbbab820f5713c9f78cffdd58ee319cc1940c79f1b72147459189f81ae07782", },
};

/* qwen3 */
static const struct model_config config_34 = {
	.architecture = &architecture_qwen3,
	.layers = 3,
	.hidden = 60,
	.intermediate = 53,
	.heads = 6,
	.key_heads = 2,
	.head_dim = 14,
	.vocab = 101,
	.positions = 128,
	.context = 128,
	.eps = 0x1.0c6f7ap-20f,
	.rope.dim = 14,
	.rope.theta = 0x1.e848p+19f,
};
static const struct golden_tensor tensor_34[] = {
	{ "model.embed_tokens.weight", DTYPE_BF16, 2, { 101, 60, 0 }, false, -6, { (const uint32_t[]){ 7 }, 1 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "model.layers.0.input_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.q_proj.weight", DTYPE_BF16, 2, { 84, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.k_proj.weight", DTYPE_BF16, 2, { 28, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.v_proj.weight", DTYPE_BF16, 2, { 28, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 84, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.q_norm.weight", DTYPE_F32, 1, { 14, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.k_norm.weight", DTYPE_BF16, 1, { 14, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.post_attention_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.gate_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.up_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.down_proj.weight", DTYPE_F32, 2, { 60, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.input_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.q_proj.weight", DTYPE_BF16, 2, { 84, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.k_proj.weight", DTYPE_BF16, 2, { 28, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.v_proj.weight", DTYPE_BF16, 2, { 28, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.o_proj.weight", DTYPE_F32, 2, { 60, 84, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.q_norm.weight", DTYPE_BF16, 1, { 14, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.k_norm.weight", DTYPE_BF16, 1, { 14, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.post_attention_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.gate_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.up_proj.weight", DTYPE_F32, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.down_proj.weight", DTYPE_BF16, 2, { 60, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.input_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.q_proj.weight", DTYPE_BF16, 2, { 84, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.k_proj.weight", DTYPE_BF16, 2, { 28, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.v_proj.weight", DTYPE_F32, 2, { 28, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 84, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.q_norm.weight", DTYPE_BF16, 1, { 14, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.k_norm.weight", DTYPE_BF16, 1, { 14, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.post_attention_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.gate_proj.weight", DTYPE_F32, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.up_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.down_proj.weight", DTYPE_BF16, 2, { 60, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.norm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "lm_head.weight", DTYPE_BF16, 2, { 101, 60, 0 }, false, -9, { (const uint32_t[]){ 11 }, 1 }, { NULL, 0 }, { (const uint32_t[]){ 3, 90, 3, 4, 21, 20, 50, 77 }, 8 } },
};
static const struct golden_probe probe_34[] = {
	{ (const uint32_t[]){ 36, },
	  1,
	  "8cef16d23b7b748fae0256de3e7e25ac23497d5607f13c713d957a89d719739c"
	  "14f559ffa4075721421c1fec129b022a37b78e13452e93c7fc76ec06f1f07376"
	  "4cb820fac93b6a458d6e5a7f3a980354263d045d71d9d8581de907897e06db99"
	  "8b91ccce5a69270a14922c83280bcc3698e3c203e37e1f01047349f9bcc12897",
	  "1a233838aedb112a527c78c1b09c72211be2270fc8c0b00c5c02d50ab447a56a", },
	{ (const uint32_t[]){ 53, 43, 42, 69, 6, 25, 15, 22, 66, 34, 64, 40, 17, 96, 36, 78, 40, 6, 85, 21, 93, 97, 39, },
	  23,
	  "018d884806a93c5b45bfde3551e9ce0afe0dcc1c191342bd42e00b4e77a0972f"
	  "1b34ad1a93abafbeb61e3a2b29534db521fb0a105daa2d3072c4fd6f4ff3acb5"
	  "272caacb788c8b8d44db9bb647e6bf13ae0a14e828d96f896d82c99efd14bdcd"
	  "3fc8768fe2fc6fc4da2106374ba0a02a0c0e86d6fdfdd13c9f00aafdbc4e9e2b",
	  "0e4c04fb9d7365076fda963c4623ded3a880a4f0acd7bee2604b20a7639f1a67"
	  "06d9d0ef8659c79ed96246136a9a72841f6a892c256debdf03195f44638f4fb2"
	  "5626cecff8c33a32f8d7b4524f1df6b42d52de5f1ea2d3ee02269750fc901265"
	  "a665a62f1e7e5c1a421e44f7615fb8d6cf9ec35a9673cd6371ae3cbd8b803848"
	  "9a28dd8ed9b77061da6b5b3eb1886e0376e8250a227636c5ef3c2cc750c51f8a"
	  "0a00daf4388aae66ea04547892e90d612dbd07e60df52ad80ec3398b93a5825c"
	  "eaf633ee5758ba8a7bed0d91cfa4a75ebdc30a3baa066e436baded8d510d70e2"
	  "c518f6a17a2749eecd9daafeb63d33590ea186fbba5f9675f2a0c64ea86d6351"
	  "2f2a70550eb58568c600a0561f97bbd3cfc0fb856f06e2447781e50a5ce1ed46"
	  "37a092ceb8de4191165da2a48d00273f48d5dc88e84578c108ac9e711c3a7d89"
	  "4c6b1f3e4ea367e9afb00d80f19fde73d9d39205443aecbbdc8d04b92dd9fd65"
	  "0822d914792cd7d0c5b5ec4596ae40a26bbccf7be7035087f643f15ed03682f7"
	  "a3dfd09e5aa426cb46f6c074db8ca1a8140ed8dd76901aed8338b80ea92673c9"
	  "aea76e7bf8e8ae709d7c1b57d90e12917d343094af320226a05f85bee3084e5f"
	  "828ba9310b5c3f388750494dbd9d1d8921d75b98fa17e05f1e0975f306b811bf"
	  "26c633d4beac8456ae3f182ddc81ea0934ac087086a04b5cf42b61b1c86d455b"
	  "26b7842260586ba8d9f214d20a26f5136eca48db96ee394e1c9bf0c0156a5bc7"
	  "a813e70eb3f5b12d4ee8f8fc8609244429cebcffda979071e00926eeee82f6dd"
	  "145012a85a62995201950ec06a98f6020d948a87d0d8196ec98ffe691e06ab08"
	  "ff3165917ed8338b14a6144167b72646be447deb915d6845f22537855e8bfc14"
	  "a797d55105ee2f4f0fa41bfbf327e5e6a6ba8e22caffbe3cb4562bcfb2236952"
	  "e1841f6fe7894fc6bdc8f4768bb2de982cccdb9d8cb5c26a84a07a6697d66ba1"
	  "4dd6a51614add7e7744209ad22b0088ee87527376809a0d1db395e7360d5cdbb", },
	{ (const uint32_t[]){ 0, 59, 90, 40, 6, 37, 56, 91, 20, },
	  9,
	  "6bc106711ea58a3287ddc7faf5360a02a82b466f5b88f2e073898864c4d90321"
	  "efa56f2a22493d37390e970c38adf1e19e62ec3102801c2cf7069e0656153991"
	  "b4d7e6df7ab00c6d6638b2e7775db154a2bf3a59d23f5e9664dc41110c2e829b"
	  "b3cda68077086ea71bb6d2a76b2b35049c803c6b8c363d3bb0c1eed17bb24787",
	  "a677a5c58fd31d9c303ba2686924614d4add8e79f66ea7f2f8fd1b11da6d5907"
	  "1ba22fa89caa4956b6da90d16808df09a2a250d7e0e378466927d7bc823d7008"
	  "0bb8bc3e1b869873873fad4cf3c80e9b14bc894e1cea8f79005a6268b9371fab"
	  "402d9700ae797dc8a12bf7e8945deba2e9445a51d2e962cb23ac42cf161cfcdb"
	  "b53aca602d69377477e00a1664c15e8e2924a3766e4f5562949e0307269a12b8"
	  "4fdb12e62f448d0036884d3572b9dd7153ace111ea2665696df8c49a3d2a04d8"
	  "ff8a8d516fa63926f0068989cbd16d4ef0530eda46f51341367f7f3b8dc30cf1"
	  "f173009aa8bf2c2d782ec6a59811112e4f578ee9d36efecf5e3db7afdfa7cda9"
	  "b4dc7f16c9cfe7b60fe948d9c94142971074b859abcfa6387068f5af14af00c7", },
	{ (const uint32_t[]){ 7, },
	  1,
	  "500d6d3ccfa93ee00a87e5af5d47a81f861abbb47fbc9001800b3fc9f5150558"
	  "6552c24be3a7b3f2f797f0a7cbab3390441cdb0ef45b36b3da7760c624549120"
	  "c695f6e94e20c75862b04bbe6d24dfabdcc1a628d2a190d69ffecd774e455437"
	  "1a5707432066a7bb80f0ac3cd3d6253d5fa99d8da42d940e2140266ceed8aa0e",
	  "2f35ab99ed14f1032380bdfd203047b32305a797cbfce3e7f0e6bfe9f4614b8f", },
};

/* qwen3_moe-single */
static const struct model_config config_35 = {
	.architecture = &architecture_qwen3_moe,
	.layers = 3,
	.hidden = 60,
	.intermediate = 53,
	.heads = 6,
	.key_heads = 2,
	.head_dim = 14,
	.vocab = 101,
	.positions = 128,
	.context = 128,
	.eps = 0x1.0c6f7ap-20f,
	.experts = 6,
	.experts_chosen = 1,
	.expert_intermediate = 23,
	.experts_renormalise = true,
	.feature[1] = true,
	.feature[2] = true,
	.feature[4] = true,
	.layer_set[2][0] = 0x02,
	.rope.dim = 14,
	.rope.theta = 0x1.e848p+19f,
};
static const struct golden_tensor tensor_35[] = {
	{ "model.embed_tokens.weight", DTYPE_BF16, 2, { 101, 60, 0 }, false, -6, { (const uint32_t[]){ 7 }, 1 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "model.layers.0.input_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.q_proj.weight", DTYPE_BF16, 2, { 84, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.q_proj.bias", DTYPE_BF16, 1, { 84, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.k_proj.weight", DTYPE_BF16, 2, { 28, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.k_proj.bias", DTYPE_BF16, 1, { 28, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.v_proj.weight", DTYPE_F32, 2, { 28, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.v_proj.bias", DTYPE_BF16, 1, { 28, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 84, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.o_proj.bias", DTYPE_BF16, 1, { 60, 0, 0 }, false, -8, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.q_norm.weight", DTYPE_BF16, 1, { 14, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.k_norm.weight", DTYPE_F32, 1, { 14, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.post_attention_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.gate_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.up_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.down_proj.weight", DTYPE_BF16, 2, { 60, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.input_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.q_proj.weight", DTYPE_BF16, 2, { 84, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.q_proj.bias", DTYPE_BF16, 1, { 84, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.k_proj.weight", DTYPE_BF16, 2, { 28, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.k_proj.bias", DTYPE_BF16, 1, { 28, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.v_proj.weight", DTYPE_F32, 2, { 28, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.v_proj.bias", DTYPE_BF16, 1, { 28, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 84, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.o_proj.bias", DTYPE_BF16, 1, { 60, 0, 0 }, false, -8, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.q_norm.weight", DTYPE_BF16, 1, { 14, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.k_norm.weight", DTYPE_F32, 1, { 14, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.post_attention_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.gate.weight", DTYPE_BF16, 2, { 6, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { (const uint32_t[]){ 2, 5, 0, 3 }, 4 } },
	{ "model.layers.1.mlp.experts.0.gate_proj.weight", DTYPE_BF16, 2, { 23, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.experts.0.up_proj.weight", DTYPE_BF16, 2, { 23, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.experts.0.down_proj.weight", DTYPE_F32, 2, { 60, 23, 0 }, false, -8, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.experts.1.gate_proj.weight", DTYPE_BF16, 2, { 23, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.experts.1.up_proj.weight", DTYPE_BF16, 2, { 23, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.experts.1.down_proj.weight", DTYPE_BF16, 2, { 60, 23, 0 }, false, -8, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.experts.2.gate_proj.weight", DTYPE_BF16, 2, { 23, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.experts.2.up_proj.weight", DTYPE_F32, 2, { 23, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.experts.2.down_proj.weight", DTYPE_BF16, 2, { 60, 23, 0 }, false, -8, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.experts.3.gate_proj.weight", DTYPE_BF16, 2, { 23, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.experts.3.up_proj.weight", DTYPE_BF16, 2, { 23, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.experts.3.down_proj.weight", DTYPE_BF16, 2, { 60, 23, 0 }, false, -8, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.experts.4.gate_proj.weight", DTYPE_F32, 2, { 23, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.experts.4.up_proj.weight", DTYPE_BF16, 2, { 23, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.experts.4.down_proj.weight", DTYPE_BF16, 2, { 60, 23, 0 }, false, -8, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.experts.5.gate_proj.weight", DTYPE_BF16, 2, { 23, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.experts.5.up_proj.weight", DTYPE_BF16, 2, { 23, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.experts.5.down_proj.weight", DTYPE_F32, 2, { 60, 23, 0 }, false, -8, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.input_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.q_proj.weight", DTYPE_BF16, 2, { 84, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.q_proj.bias", DTYPE_BF16, 1, { 84, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.k_proj.weight", DTYPE_BF16, 2, { 28, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.k_proj.bias", DTYPE_F32, 1, { 28, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.v_proj.weight", DTYPE_BF16, 2, { 28, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.v_proj.bias", DTYPE_BF16, 1, { 28, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 84, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.o_proj.bias", DTYPE_BF16, 1, { 60, 0, 0 }, false, -8, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.q_norm.weight", DTYPE_F32, 1, { 14, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.k_norm.weight", DTYPE_BF16, 1, { 14, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.post_attention_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.gate_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.up_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.down_proj.weight", DTYPE_F32, 2, { 60, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.norm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "lm_head.weight", DTYPE_BF16, 2, { 101, 60, 0 }, false, -9, { (const uint32_t[]){ 11 }, 1 }, { NULL, 0 }, { (const uint32_t[]){ 3, 90, 3, 4, 21, 20, 50, 77 }, 8 } },
};
static const struct golden_probe probe_35[] = {
	{ (const uint32_t[]){ 14, 9, 34, 75, 95, 53, 77, 78, 20, 27, 94, 51, 94, 36, 53, 29, 13, },
	  17,
	  "3b4013cf99959818ce926e458e44797936713a8d944de9ed145843720d63f699"
	  "6a572ddd2e85835b01f5a96c5d23d5f3fa7257c78add24f876f915611d07453b"
	  "1ab56c21f2fa10c728d060ac994e02daeeec6c091c83271af93b724eaa0c362b"
	  "bb264cd8d3863daa871c980477c046f59a456d943449e188e998f0ba9d71233f",
	  "12321ddc8e1152f775792abc135358aecfa423e652f8ba87f207573caf190766"
	  "1c475f245ce75a08e401e9ddc6a6df8baab28d1aa588b19bfba3b5e65b32171f"
	  "297ec26b717077bd0b08b5ef4348c9440cf79b09de54379f193d809768ea0b4c"
	  "3753f65a5964d582e78db411b747da65c481c74fd4772214efc75028d6ea02ad"
	  "39e52d2bfa3fab54d21e557754274ae9150bde159d0bfb8604b79652b00010ee"
	  "6266f28f37616b2df87c55ef2880fc74a0c3e688af9e04f0fa14029d6d050c78"
	  "38261a31acc674a94224fe866c5f4ac8b7ba9ac2720494d0ef5af3b880de02b5"
	  "b480739c5174ebd9ec6a03fac19bc123c3ec7a465410ed82824aa9ced7249991"
	  "8c572324f2a96961fc203a5285dd0841638774ae09534762d784cc0fbdf2d117"
	  "0e5bc6178fc855ecf21dc6db4b718e8155b9e96536ecbe5b549aea01f0217c04"
	  "58f8155466949e6a9d610c660e26a2d7d59f13a5f454b4dadbac65d0491758fc"
	  "597a809a597375f4e3381ac9c469f4362ebaf8170568e2d6c2b51e04c3a35cf2"
	  "8f14e98c530cb7f62bad8c160c537c38db80700482979c5ed1e855024cb93f9b"
	  "9663ef932ffe5ed9a7e31cbef6d7a4476cc1d045ce280105e797bb927e153653"
	  "59fbc86fd28255f7163be3c7f4020383243872a20c298fa788eed5943d861feb"
	  "252a1e329ec6cf933c7eda39f3f883699206a8807b5e863a12ce24607653aa63"
	  "68975ed9055df4df488a2eb6f31bf515e106bbaf09ab1f5c9cdfb56ff7da4969", },
	{ (const uint32_t[]){ 7, },
	  1,
	  "26c4d80237a4437b65875512665ffc0b5fed2d86606e0efd7b1cbf7d49356e6a"
	  "5a036076f6a0afa88a7a1ac4927df2d14afd0a7c699742af286428f81bfb96b1"
	  "5527b25a76dfc8c6dffd231a0589aaca048a33197deae0f89686d9c22de255cc"
	  "f31934e7cdbf78308c714039b0a90ca49d619c638f0e027b362f67e23910d511",
	  "7ebd8fb75317b035d3bbdc40802788b35ffce204bb5329c71296c742541e1f95", },
};

/* qwen3_moe */
static const struct model_config config_36 = {
	.architecture = &architecture_qwen3_moe,
	.layers = 2,
	.hidden = 60,
	.intermediate = 53,
	.heads = 6,
	.key_heads = 2,
	.head_dim = 14,
	.vocab = 101,
	.positions = 128,
	.context = 128,
	.eps = 0x1.0c6f7ap-20f,
	.experts = 35,
	.experts_chosen = 4,
	.expert_intermediate = 7,
	.experts_renormalise = true,
	.feature[4] = true,
	.layer_set[2][0] = 0x03,
	.rope.dim = 14,
	.rope.theta = 0x1.e848p+19f,
};
static const struct golden_tensor tensor_36[] = {
	{ "model.embed_tokens.weight", DTYPE_BF16, 2, { 101, 60, 0 }, false, -6, { (const uint32_t[]){ 7 }, 1 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "model.layers.0.input_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.q_proj.weight", DTYPE_BF16, 2, { 84, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.k_proj.weight", DTYPE_BF16, 2, { 28, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.v_proj.weight", DTYPE_BF16, 2, { 28, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 84, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.q_norm.weight", DTYPE_F32, 1, { 14, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.k_norm.weight", DTYPE_BF16, 1, { 14, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.post_attention_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.gate.weight", DTYPE_BF16, 2, { 35, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { (const uint32_t[]){ 2, 5, 0, 3, 8, 34, 9, 10 }, 8 } },
	{ "model.layers.0.mlp.experts.gate_up_proj", DTYPE_BF16, 3, { 35, 14, 60 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.experts.down_proj", DTYPE_F32, 3, { 35, 60, 7 }, false, -9, { (const uint32_t[]){ 5, 65, 125, 185, 245, 305, 365, 425, 485, 545, 605, 665, 725, 785, 845, 905, 965, 1025, 1085, 1145, 1205, 1265, 1325, 1385, 1445, 1505, 1565, 1625, 1685, 1745, 1805, 1865, 1925, 1985, 2045 }, 35 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.input_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.q_proj.weight", DTYPE_BF16, 2, { 84, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.k_proj.weight", DTYPE_BF16, 2, { 28, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.v_proj.weight", DTYPE_BF16, 2, { 28, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.o_proj.weight", DTYPE_F32, 2, { 60, 84, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.q_norm.weight", DTYPE_BF16, 1, { 14, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.k_norm.weight", DTYPE_BF16, 1, { 14, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.post_attention_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.gate.weight", DTYPE_BF16, 2, { 35, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { (const uint32_t[]){ 2, 5, 0, 3, 8, 34, 9, 10 }, 8 } },
	{ "model.layers.1.mlp.experts.gate_up_proj", DTYPE_F32, 3, { 35, 14, 60 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.experts.down_proj", DTYPE_BF16, 3, { 35, 60, 7 }, false, -9, { (const uint32_t[]){ 5, 65, 125, 185, 245, 305, 365, 425, 485, 545, 605, 665, 725, 785, 845, 905, 965, 1025, 1085, 1145, 1205, 1265, 1325, 1385, 1445, 1505, 1565, 1625, 1685, 1745, 1805, 1865, 1925, 1985, 2045 }, 35 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.norm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "lm_head.weight", DTYPE_BF16, 2, { 101, 60, 0 }, false, -9, { (const uint32_t[]){ 11 }, 1 }, { NULL, 0 }, { (const uint32_t[]){ 3, 90, 3, 4, 21, 20, 50, 77 }, 8 } },
};
static const struct golden_probe probe_36[] = {
	{ (const uint32_t[]){ 58, },
	  1,
	  "71d7e43fd9e68efb7165a313aecc277ba80041567a20b72aa6d1eb06f5c5fc71"
	  "9ae3a75ebe3b4edd5037536e855fd47be87a4378cf781e49765f7bd1701bd34a"
	  "5839f63e00f05ab8814090e397e7a34c24bed2b6292e5e24c8ca38a27bb60999",
	  "15004db370d0aec0460a7d0116464b77422310aa51a55210f7692a6573430d86", },
	{ (const uint32_t[]){ 83, 17, 34, 77, 49, 39, 20, 11, 33, 5, 74, 14, 58, 42, 1, 13, 60, 81, 66, 92, 96, 35, 54, },
	  23,
	  "e601d6cd0b54b439312d1cb6ddaf2bd180e322c8cfee72c6f6e8cdcea1adcfc6"
	  "2ed7b950896ec95ab88a102b121ed72b4506505082827646d8790a782be3c6fd"
	  "99f94c9a77b6ed4d0d9060acd0a985cf3a849d36fdae90cc63f0fa52c8afff05",
	  "01a60edaaa76a5a1f99172896ad3e5888846fe9d9586e8ae696d64fad6a44997"
	  "a36589fb9c97f79c8244e00bbc7f1ebd10f7ed1f911660feddb65154c4da1ed6"
	  "8bcf047de519bcd22ffeb0e7764eedf5309c66b7894fcc428a9c6a246dc56f8a"
	  "32cfd1850a9444fc7a01e4a72a6025356f86e8615802898443b329e0730a1e75"
	  "5f3eb982ce44828838e9e4a09309a69caded1e10710749bd2ce4f296068ff4c0"
	  "dc0b238f579547248a399b50ac80d6f7274c451ccf90b6aa3f9a82cd4b0af9b6"
	  "e0c91dd2eebf416310a8e9c4747c865cc20ab53ddc66ac648cfcf35a9d98e459"
	  "775bc83c0908a4949ddad070a1d21d6b5cc386e08191d410e5419af02c0b31aa"
	  "da9ee1423a220f6054e551c9197b6f7e78468a029a679621cc93e9bcba6ee237"
	  "278fcf1aeeec72fe8c061250abf7e8078df591a26643dc4d958d7edfcd325b34"
	  "19325aec903a895c962e75cbc6ee007b998d26346eb2397b8feb2b1e4f651697"
	  "91559deaaa96b1a5abaabb375a8fd4efa576ad2a3f3a799512216d200bb7a03f"
	  "81ce5665047c96cff1e04430cf07e50024f73733a23107dda54ce2579d61727e"
	  "611813d7885653e31929b194ca08bf50f733408525cb73d897dceffd21fc783f"
	  "c9ad825533c54e001927988b29d332809beb2f1d032ac01fcb638773484f4c06"
	  "83f393304d8ff1649bb6d2277d3f786ab1b8e55088fd66ee1d49e534bf101a77"
	  "4fd856a2efab29ad936b027afe7c55e45cc376be6fa1458322458af9d256ae0b"
	  "57248c7260648cad1a8b1324deb6d87205df2344703be60599b2725c625dde61"
	  "0dc943b2a7ac44aecb72f68626668842ef6a3ce8b9869ca802af12ea0165cc54"
	  "350debb223a67fa6025f85352212eb8a8297fe1a8046463671ebca3dd136d9df"
	  "4d9f4db1f3f3a17e143447f745955519657415080b2137dedb80a2b4dd68b58e"
	  "79dfdebb949a27238bf5ced6098939691b871a37c2666eb3774c728ee3dcd67a"
	  "d4a0cc867f8c20c0b2ea1aad31d7fa20a4c601f32b8eccaaab740aac432bada5", },
	{ (const uint32_t[]){ 72, 12, 29, 53, 92, 83, 73, 64, 57, },
	  9,
	  "81b7401400146ba629c5e573fff6f12e58c3c4d019ece40b228a9987b3ab9f0a"
	  "342a6f6df9eb61fd86d6ef1ca671d2301706fc3e1ea56ef8563509a6d643c1f1"
	  "29f619d1752a6a9f9faff64729137623e5921680937140f2f113cab903aef92b",
	  "6ea6cd7118ebc65ac74e7dc3ebf3b651277a1dca1e3d1152774a70102fa9ebf8"
	  "6091a76e93531e0ca6478710d95dbcda0f6f99600ff2bf59546da2b9e00eb727"
	  "fa2754d4ed1c36a1df1dfd7afcac9005f294803e3b601bd2fe6c387c21b233ba"
	  "c7cd3b76eb9ec2e929e7f4e8a8375571fddd1bb1ff859651ccef5d76d86c6394"
	  "5f159a72ffed1665b16fbaff2e89ac60fcc4d2c37afb4e0394116aaa383fb988"
	  "cd8fd89bad12debb11062015c5d30741baedb3d60ab393bd27f3d340b6279ca0"
	  "523a107bb79e1413774449325053619b9a7e59a0ccac81d5ca25f47a9d71e830"
	  "8a78be0d6f42011dc410f2dd5dd7f70ef4c4025211afc278e6dab52798dd49dc"
	  "b66cda0014a24cb8905f4b4e2d504c18b21139930045756c85e65b3bc0a8755a", },
	{ (const uint32_t[]){ 7, },
	  1,
	  "b74446193b27b8e8f95aff46adc2872f16722d32f846a6dd6f3408436f27c2d3"
	  "9e9e7304d584a134a1e14038982c002905c6ace7d839ab068260a38f9f8f087d"
	  "6332787e398615323d2a9c77f169ac530b3302dc8b49fefe3666270f4f6c6266",
	  "f3263e10c5323c718a95001fd7441416c6c94bc09b73b36fc76b2502a207befb", },
};

/* roberta */
static const struct model_config config_37 = {
	.architecture = &architecture_roberta,
	.layers = 2,
	.hidden = 63,
	.intermediate = 89,
	.heads = 7,
	.key_heads = 7,
	.head_dim = 9,
	.vocab = 101,
	.positions = 40,
	.types = 1,
	.context = 38,
	.eps = 0x1.4f8b58p-17f,
	.activation = 1,
	.pads = true,
	.padding = 1,
};
static const struct golden_tensor tensor_37[] = {
	{ "roberta.embeddings.word_embeddings.weight", DTYPE_BF16, 2, { 101, 63, 0 }, false, -6, { (const uint32_t[]){ 7 }, 1 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "roberta.embeddings.position_embeddings.weight", DTYPE_F32, 2, { 40, 63, 0 }, false, -7, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "roberta.embeddings.token_type_embeddings.weight", DTYPE_BF16, 2, { 1, 63, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "roberta.embeddings.LayerNorm.weight", DTYPE_BF16, 1, { 63, 0, 0 }, true, 0, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "roberta.embeddings.LayerNorm.bias", DTYPE_BF16, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "roberta.encoder.layer.0.attention.self.query.weight", DTYPE_BF16, 2, { 63, 63, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "roberta.encoder.layer.0.attention.self.query.bias", DTYPE_F32, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "roberta.encoder.layer.0.attention.self.key.weight", DTYPE_BF16, 2, { 63, 63, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "roberta.encoder.layer.0.attention.self.key.bias", DTYPE_BF16, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "roberta.encoder.layer.0.attention.self.value.weight", DTYPE_BF16, 2, { 63, 63, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "roberta.encoder.layer.0.attention.self.value.bias", DTYPE_BF16, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "roberta.encoder.layer.0.attention.output.dense.weight", DTYPE_F32, 2, { 63, 63, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "roberta.encoder.layer.0.attention.output.dense.bias", DTYPE_BF16, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "roberta.encoder.layer.0.attention.output.LayerNorm.weight", DTYPE_BF16, 1, { 63, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "roberta.encoder.layer.0.attention.output.LayerNorm.bias", DTYPE_BF16, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "roberta.encoder.layer.0.intermediate.dense.weight", DTYPE_BF16, 2, { 89, 63, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "roberta.encoder.layer.0.intermediate.dense.bias", DTYPE_F32, 1, { 89, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "roberta.encoder.layer.0.output.dense.weight", DTYPE_BF16, 2, { 63, 89, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "roberta.encoder.layer.0.output.dense.bias", DTYPE_BF16, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "roberta.encoder.layer.0.output.LayerNorm.weight", DTYPE_BF16, 1, { 63, 0, 0 }, true, 0, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "roberta.encoder.layer.0.output.LayerNorm.bias", DTYPE_BF16, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "roberta.encoder.layer.1.attention.self.query.weight", DTYPE_F32, 2, { 63, 63, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "roberta.encoder.layer.1.attention.self.query.bias", DTYPE_BF16, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "roberta.encoder.layer.1.attention.self.key.weight", DTYPE_BF16, 2, { 63, 63, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "roberta.encoder.layer.1.attention.self.key.bias", DTYPE_BF16, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "roberta.encoder.layer.1.attention.self.value.weight", DTYPE_BF16, 2, { 63, 63, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "roberta.encoder.layer.1.attention.self.value.bias", DTYPE_F32, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "roberta.encoder.layer.1.attention.output.dense.weight", DTYPE_BF16, 2, { 63, 63, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "roberta.encoder.layer.1.attention.output.dense.bias", DTYPE_BF16, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "roberta.encoder.layer.1.attention.output.LayerNorm.weight", DTYPE_BF16, 1, { 63, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "roberta.encoder.layer.1.attention.output.LayerNorm.bias", DTYPE_BF16, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "roberta.encoder.layer.1.intermediate.dense.weight", DTYPE_F32, 2, { 89, 63, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "roberta.encoder.layer.1.intermediate.dense.bias", DTYPE_BF16, 1, { 89, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "roberta.encoder.layer.1.output.dense.weight", DTYPE_BF16, 2, { 63, 89, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "roberta.encoder.layer.1.output.dense.bias", DTYPE_BF16, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "roberta.encoder.layer.1.output.LayerNorm.weight", DTYPE_BF16, 1, { 63, 0, 0 }, true, 0, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "roberta.encoder.layer.1.output.LayerNorm.bias", DTYPE_F32, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
};
static const struct golden_probe probe_37[] = {
	{ (const uint32_t[]){ 33, },
	  1,
	  "4fe505a7208a06dfa8d143f4cacb72581f7c5923b10be5fbb9c0a5a74739be66"
	  "670fb33d8fd3d89d53c85eb5f7e95ae1ed202e174a8f4822ee22f0314edccebf"
	  "c2458fc23967a23e64760bb5b3d76c4bdca90e343ccca9945a0679aa0a9a5bbd",
	  "3a2403178993ae77113735b000624e8d1bd46740fe225664730de8f8cdebc0ca", },
	{ (const uint32_t[]){ 99, 4, 43, 63, 2, 94, 100, 71, 22, 42, 11, 17, 54, 91, 93, 74, 3, 5, 15, 26, },
	  20,
	  "26347280cce7e57ff1d9492f272f782d29e4c189e848de085e768704c45cecdb"
	  "4a752ae22bbe5c9128a9c1655c930131d0d91e183a3937cf83bc0e96aec8adbb"
	  "3cef4df90299e40ff0f11bf2613baa98c6a8d36f1595c3cde195bb10fb3c4e77",
	  "51f8bbdbae821f3534c5b73b9fc455d826c2d653ccb570f7efd45669ce81a8a0"
	  "b31ca8eecad4ca2a9d1464ade73384fc7f2ab22b48c3e929cd2b6714f03f59dd"
	  "c23f087593d006419a9c50fc5e673079885d54fa5071660f1a01fecf4d4c1871"
	  "1e31b6858762e57b94a6160d5605eeac9998015fa7e749d10c90d1816eff9d50"
	  "1004499db4f34f4d36bae33df9b44e5c7afc3f6ef8cee05fc1a7a2dc0d9b5dc6"
	  "dbd68fa8607d54b5ce184f9e1806c8fbf0eec537d6b7924748017977163e7a4f"
	  "63fc7ba22042f258dfd841fc03ff3bc38ddff2620caa5d7db29f67d54e33c9db"
	  "4ed8a5e750913738e802a4e9a2f10494e72465c19158acb42a3bf79c549037c2"
	  "33182a905e3454a21eb606fe11c787ef7a268c7e52b0ee3490e6f18287ff5ec0"
	  "3df3fd4bd914d29f5667dc49f2a870142be54eb99be45cce36f591063c8f0a87"
	  "dca6d1c650e69cfd949983d51c4fba0e059446bf3dfdb1540bf48460d532c962"
	  "7337caebceede905074e92f0e1998ba91eae3440628d218ae1db48a4b7d120e2"
	  "bf518329c8dae8d9cb3d96d973910847f5def9453a0cff4e07a409f33f3001f3"
	  "3a506e325806853f4397d85d88a91d4968c23128b1bfd393a08d284daabe7896"
	  "5be7c1affe8a1f08d75e40b3eb86807278fc0f2835d86fb88aa81d14cf5f333a"
	  "d51684160bd7f9076fa1b711fe0a9daf46e0c081f8a285105247aaa7ec911cf7"
	  "97c4aaa34a1c5ce866a05eb9228077bd674bb530734aefe1ace776c7833b2a68"
	  "163c2210bcdd50e6a3a8ae13d972fc1b11b28d2edaf141c5e623b5c467d8c996"
	  "e7916e7e1b54cceb1a8db543726a2ad4dd72d23b535276699def6f858e4e8dec"
	  "86834de3a7360f8b946595fba1165dd2a801fb393fb79dedf5efa3ba9056867e", },
	{ (const uint32_t[]){ 7, },
	  1,
	  "60f8c95b8871e95fe9504ea9feb6e87e6ad94de01deddc5915b89d28dd9cc7eb"
	  "0ea26cfa9a24a2163c00e8aa598a238c963c088c5ea20434c193b68b22ecc959"
	  "1fa11c43986b10aeecc98beeb8c5b54e620b71627b491cd243d25cee0c038056",
	  "643bceeee5b37318bafe69bfadd184a8bad4a7a79525745068210536396fc279", },
	{ (const uint32_t[]){ 1, 5, 1, 1, 9, 7, 1, },
	  7,
	  "c409649c855aec60cc0ca3f4b226a15ef53ebac59ba5f54adbf49ba4650a9f4f"
	  "0a8b1ecf5a929e7a21255890ab670628060ea06c842f2ce742432c624fc8bfb2"
	  "562873a0a6e139388661b115f3f7e9a7cbadeb0b24628b7af7ec547528045873",
	  "c1f97b69eb2cb8552e2998f3c5e54a939478ad2d3f94307de930119849485099"
	  "69bc5eaf37532e7a2a76eb27145969e2bb2297b2c7eae4737fcc2a60094f8d5f"
	  "c1f97b69eb2cb8552e2998f3c5e54a939478ad2d3f94307de930119849485099"
	  "c1f97b69eb2cb8552e2998f3c5e54a939478ad2d3f94307de930119849485099"
	  "5d761d01da4e54a91cbef006385554b1f49805bac903a1b3a1ddfb656472982d"
	  "1b3503c3ff7c2d0a99eb3a5659f175a463606df3e3ca94371f1ab8716111561c"
	  "c1f97b69eb2cb8552e2998f3c5e54a939478ad2d3f94307de930119849485099", },
};

/* stablelm-parallel */
static const struct model_config config_38 = {
	.architecture = &architecture_stablelm,
	.layers = 2,
	.hidden = 60,
	.intermediate = 53,
	.heads = 6,
	.key_heads = 2,
	.head_dim = 10,
	.vocab = 101,
	.positions = 128,
	.context = 128,
	.eps = 0x1.4f8b58p-17f,
	.feature[4] = true,
	.feature[5] = true,
	.rope.dim = 4,
	.rope.theta = 0x1.388p+13f,
};
static const struct golden_tensor tensor_38[] = {
	{ "model.embed_tokens.weight", DTYPE_BF16, 2, { 101, 60, 0 }, false, -6, { (const uint32_t[]){ 7 }, 1 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "model.layers.0.input_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.input_layernorm.bias", DTYPE_BF16, 1, { 60, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.q_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.k_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.v_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.o_proj.weight", DTYPE_F32, 2, { 60, 60, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.q_layernorm.norms.0.weight", DTYPE_BF16, 1, { 10, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.q_layernorm.norms.1.weight", DTYPE_BF16, 1, { 10, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.q_layernorm.norms.2.weight", DTYPE_BF16, 1, { 10, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.q_layernorm.norms.3.weight", DTYPE_BF16, 1, { 10, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.q_layernorm.norms.4.weight", DTYPE_F32, 1, { 10, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.q_layernorm.norms.5.weight", DTYPE_BF16, 1, { 10, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.k_layernorm.norms.0.weight", DTYPE_BF16, 1, { 10, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.k_layernorm.norms.1.weight", DTYPE_BF16, 1, { 10, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.gate_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.up_proj.weight", DTYPE_F32, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.down_proj.weight", DTYPE_BF16, 2, { 60, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.input_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.input_layernorm.bias", DTYPE_BF16, 1, { 60, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.q_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.k_proj.weight", DTYPE_F32, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.v_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.q_layernorm.norms.0.weight", DTYPE_BF16, 1, { 10, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.q_layernorm.norms.1.weight", DTYPE_BF16, 1, { 10, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.q_layernorm.norms.2.weight", DTYPE_F32, 1, { 10, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.q_layernorm.norms.3.weight", DTYPE_BF16, 1, { 10, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.q_layernorm.norms.4.weight", DTYPE_BF16, 1, { 10, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.q_layernorm.norms.5.weight", DTYPE_BF16, 1, { 10, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.k_layernorm.norms.0.weight", DTYPE_BF16, 1, { 10, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.k_layernorm.norms.1.weight", DTYPE_F32, 1, { 10, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.gate_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.up_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.down_proj.weight", DTYPE_BF16, 2, { 60, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.norm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.norm.bias", DTYPE_F32, 1, { 60, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "lm_head.weight", DTYPE_BF16, 2, { 101, 60, 0 }, false, -9, { (const uint32_t[]){ 11 }, 1 }, { NULL, 0 }, { (const uint32_t[]){ 3, 90, 3, 4, 21, 20, 50, 77 }, 8 } },
};
static const struct golden_probe probe_38[] = {
	{ (const uint32_t[]){ 12, 62, 54, 24, 96, 84, 6, 61, 58, 35, 41, 31, 34, 44, 93, 6, 84, },
	  17,
	  "08e03effebd929151a0ea7fe0a77ea046ebe294f7e02a37bc20e3c98a5c16df5"
	  "82e595594853e7dfe46866f91e13fbe1d43865b8b63202c64db47cb61413e440"
	  "5effc7eeb104f316ccac84cf9d59ba689c7bc25592254d5b8aad4dc46d2b1967",
	  "43a512cbf948a64f6510e0cbe111c0ed9bee9c2a69bad55543095e95eea2e501"
	  "4cd9c3b222a4c3f9a72044ccbfd328d44ff48aa966fcb17dba65868992add0e4"
	  "1fc625dcce8239367469c906ef52995d4a94b59d32ff584623931d02373f2b44"
	  "7ec40c3dd5b212ddf25ec5b9140a301f38e3180376a048b8bf608accc592195e"
	  "227439fee4dab1f6bcb107ee8441a0e47cdf6439afc179c37335cd8bf3a78c8e"
	  "5c98b4c7f6b868ae1732af90c76c9fb7d046ec33cd950872e775360fe5d9b9cf"
	  "9154d1a3447955e9806830890e25f5a261f3487c141f9c13cb7f69c0c9cb154e"
	  "f6911694e03cfdb8c93428b3676ae072ea92e04f46bde679b25e1fc959c016f7"
	  "384707d2c00e9bb8a0da85c9ed36454c116f0ce82c833c654fc52ce109d10edf"
	  "6419b7e2f538a9e2eb4b9c7af7f35be46a5d789353d5e60bfcf5bc5fd6128fa1"
	  "c2d029dd041bdb3614abf31b92ca4dc0762c2c195d9a3d6cdbd85cf5e994d03a"
	  "59ed1c46edebbe7441386b1417d14783d55ca2700791509bd1c3295f2ac965af"
	  "56dce822e8c0500e18f31ec504cff9e62c19eb1361abcf26e0e0a92a14d477b1"
	  "3792c597816e4ab86e1c0bf855ec18ac1340b1f0a34075c23edbe48d5d68783d"
	  "9f89eb501c694855f14613a8575ffb3e7a6cc47aadf17178a3e81a32ad7c6a5e"
	  "c9885230f4af0a7460483cbbf88a98e22994c7365c7955877047cc0c9a4ad43e"
	  "fe5f8fc4188eaf83072031c416b67b39f8279deac3978e26f01e2ebb0c4ec02a", },
	{ (const uint32_t[]){ 7, },
	  1,
	  "2ed25efde3a343720fc265deb6a239eda86808efee8d91aeb53faee3e87fbecf"
	  "6bd9c88497eadb8132f25708b3bcb0c002a58c22920a5358233e842492f62853"
	  "1e2157ca87c154eed8a744d87385fe2834a46234f9a9ba977a9e8b8a9c9c9f7a",
	  "cbe341ae79f0b2f7ba6993ca1f2c46408de5f1d59ca01120dd173cd014a9a379", },
};

/* stablelm */
static const struct model_config config_39 = {
	.architecture = &architecture_stablelm,
	.layers = 3,
	.hidden = 60,
	.intermediate = 53,
	.heads = 6,
	.key_heads = 2,
	.head_dim = 10,
	.vocab = 101,
	.positions = 128,
	.context = 128,
	.eps = 0x1.4f8b58p-17f,
	.feature[1] = true,
	.rope.dim = 2,
	.rope.theta = 0x1.388p+13f,
};
static const struct golden_tensor tensor_39[] = {
	{ "model.embed_tokens.weight", DTYPE_BF16, 2, { 101, 60, 0 }, false, -6, { (const uint32_t[]){ 7 }, 1 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "model.layers.0.input_layernorm.weight", DTYPE_F32, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.input_layernorm.bias", DTYPE_BF16, 1, { 60, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.q_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.q_proj.bias", DTYPE_BF16, 1, { 60, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.k_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.k_proj.bias", DTYPE_F32, 1, { 20, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.v_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.v_proj.bias", DTYPE_BF16, 1, { 20, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.post_attention_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.post_attention_layernorm.bias", DTYPE_F32, 1, { 60, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.gate_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.up_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.0.mlp.down_proj.weight", DTYPE_BF16, 2, { 60, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.input_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.input_layernorm.bias", DTYPE_F32, 1, { 60, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.q_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.q_proj.bias", DTYPE_BF16, 1, { 60, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.k_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.k_proj.bias", DTYPE_BF16, 1, { 20, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.v_proj.weight", DTYPE_F32, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.v_proj.bias", DTYPE_BF16, 1, { 20, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.post_attention_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.post_attention_layernorm.bias", DTYPE_BF16, 1, { 60, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.gate_proj.weight", DTYPE_F32, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.up_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.1.mlp.down_proj.weight", DTYPE_BF16, 2, { 60, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.input_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.input_layernorm.bias", DTYPE_BF16, 1, { 60, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.q_proj.weight", DTYPE_F32, 2, { 60, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.q_proj.bias", DTYPE_BF16, 1, { 60, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.k_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.k_proj.bias", DTYPE_BF16, 1, { 20, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.v_proj.weight", DTYPE_BF16, 2, { 20, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.v_proj.bias", DTYPE_F32, 1, { 20, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.self_attn.o_proj.weight", DTYPE_BF16, 2, { 60, 60, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.post_attention_layernorm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.post_attention_layernorm.bias", DTYPE_BF16, 1, { 60, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.gate_proj.weight", DTYPE_BF16, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.up_proj.weight", DTYPE_F32, 2, { 53, 60, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.layers.2.mlp.down_proj.weight", DTYPE_BF16, 2, { 60, 53, 0 }, false, -9, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.norm.weight", DTYPE_BF16, 1, { 60, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "model.norm.bias", DTYPE_BF16, 1, { 60, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "lm_head.weight", DTYPE_BF16, 2, { 101, 60, 0 }, false, -9, { (const uint32_t[]){ 11 }, 1 }, { NULL, 0 }, { (const uint32_t[]){ 3, 90, 3, 4, 21, 20, 50, 77 }, 8 } },
};
static const struct golden_probe probe_39[] = {
	{ (const uint32_t[]){ 56, },
	  1,
	  "6911f59352215e5b163884170daff84196ebce12ea097ff40095f2599b5eda17"
	  "5379c39c657a63420ca02de144accc698c72ca435818762651d77717cf3e317e"
	  "c7becb2eb389100684aecaffea133191dcc2421870ac9444715ccf926b0a9387"
	  "dcbeddae51bce7ea228676b20e290b34545ca9e3313d91edadc4bdc1d8e32f03",
	  "a9b088de9df4fbc77f9437b879a8e2fdce5f7ba70c59fd8ec64a0d2ba186e6b0", },
	{ (const uint32_t[]){ 92, 39, 78, 19, 71, 68, 9, 5, 99, 37, 7, 28, 78, 1, 39, 97, 7, 46, 86, 95, 35, 54, 72, },
	  23,
	  "532d32ac72451619c97cfafa78ab4b943de5cb7e8fda61a73481cd4ba436aaa2"
	  "824a1aaef6c12735c8b7795909cb1c1254ad2da6d4b217b71caf0cbd612f8a23"
	  "f3b4fe59fdadcd84f6da66de06503c573060a3c4c9eb160b5dc89440555f16ed"
	  "e3c6ced9989410c2f47857805daadd69f8d6538dc43f97134e88a0c96f4fb0c9",
	  "3dd78b17ef05b1cb5dafea73102d22c9157db9d6ab714e9fcf8357162eef5264"
	  "fea055887ac8c43585a0914017281e34e306a3b933662c29302afebba2f06eff"
	  "5f9700bc44c9ed44f191f4feb5bc729d6e71a1ab596cbc972b253f456d829496"
	  "b730fe7ed9f8648f84ff37300e2fbdf593957301044067e546d0f2f3132db1cd"
	  "e588d2e3493abeed4aff0414f9522812c72383c1e0a53ba8a2b9aa876ee4e3e4"
	  "22f7b7ddf70273517e5886936d6bff8cd35e5a89cba6040e727f90ed5f4daec0"
	  "dd8730153bc818fac590005cda664702d9bc36ce4219c162bb45a18a4e3ebbd8"
	  "349e93666862a438881e69cc596a9ddde307c70ed135c89246387b1abaae4c13"
	  "2a26ce65d9ab017d330f3cf9060ee0a87ec85ce466f20006c706ae6c5917fb84"
	  "402117da856cf36d288891d737cb2aee28ddff04ae65431a1a6fdb4f656cc327"
	  "14f9d990f56e136daff8ac4ee10bbef55be966d0f63c665502332b2e114b642a"
	  "f09eac4bbf64818fe6a8253617ca64eb59470a2ed4d149871bef64fa08654dfd"
	  "1f5d74b445bb03a972fe0b1306af432d9a821aad9fe2c3747d3b625828c82dcb"
	  "398c930e490329c5539028edb04c074b95a806ecbfc30c14cde9809cff59e663"
	  "8ab75f7b1cd8f54dfdb65e2ea92fc99aae13bab0bcaddbfeefaae2bff570013b"
	  "e478c5a81758e29bae5549dcfd5e21ed7eef2bde64d48fab548ee0f5c8d0ad4f"
	  "188dffcdbeef4b8e5054e635699353b9a7a0387af82d93f993e4beece3e8715c"
	  "5e0bc25c5cb92647cb7b6d9e12dd21fb673a3049398f982e97d9fb1b4a2963e1"
	  "faf81bfa7d06a5dc319ead68bd3a217b35157788879d37aca94078cc09e5931c"
	  "0c4e89aec33d6f47f9335fbd5745dd878ab4d6ca28511451c3f5a3176c569e81"
	  "f6e0ab4feee11298ee6e44e6e052ec62e4d75120a1421d1da6f25ca057560b8c"
	  "cede2bf85d6cd5fecf0e64549d25d2da9eb634146547a2ad6e76181a79d9635d"
	  "b7883ac0f02e3d113df996316ccfc1ce68c697ab23f2492d2a4ee6b336fc90d1", },
	{ (const uint32_t[]){ 53, 81, 54, 69, 64, 75, 45, 25, 90, },
	  9,
	  "f6280d565d40fc78c960cdb6d670b3f620323a1252276e3a87a9db2210e19b3d"
	  "d51e7ce46200f1b6409f7f8b308ef9b11403ff71d41967fd77ed0c3e063d757c"
	  "c764866f2222e74c383e3db687711b8d0f07b47cb1612cd6ba6a73a916177c6e"
	  "c78610c65c0b64ac142c3eff2eef07a038bd1dc36593da11a13385b0fdb9c687",
	  "9072d04672c678cf87d61e797be295d8389d434256976b655d0f5c7dd2358766"
	  "3692984b0db1666fe0e68a0d1085a05ca1b6664ae918d2af224bbd9333bdd4cc"
	  "b2176fe931e23f8d11ae54732dca5aa6403e01017f4de8ec88b02f375c6fe800"
	  "3b25123a6f4ea8c7e78cb82766fe8498e0dd8e1616aa73e45b7e64b48978a60b"
	  "f99a3ebab6be32fd872743407eb7eeaed0b075cc52dd54834dacd4d4be321a4e"
	  "267d8a975265a05fc788edbae4db3d5628cee298115b1debe56dd972a2ef2a1a"
	  "572217bb5c8b793a95ae1fb6cd433732a706c28d5d191ad8fd137882903262d2"
	  "64e73bc7489d45621e1b03293ee7ab0eff266b27c311408ea3da659d795ad6ea"
	  "2657acbe49d7860bcc52ad48640713a8441c88f124fff888c3a97d147c62b68c", },
	{ (const uint32_t[]){ 7, },
	  1,
	  "e06bd1cdfbd178143f03e7fb640dd9600189f077317652b51448dd2efa56bb22"
	  "06d0dc7187cd6f0b8d779bfd4f495368b40edbc9ae5abd3fa362ca1856df7318"
	  "8f2750e28f2776fee9c8cfade6f89dc9974ca7f0dd3e9ee29aa567ba5f6b8326"
	  "7c2e4f2cc9d4aab0332fb6c2d38968d7421153bc583124a48fc6d8e9e4b6b046",
	  "dbf89dac80053443cfc5162b442c4d795c89caa4425a8710674515bf1c81b4be", },
};

/* xlm-roberta */
static const struct model_config config_40 = {
	.architecture = &architecture_xlm_roberta,
	.layers = 1,
	.hidden = 63,
	.intermediate = 89,
	.heads = 3,
	.key_heads = 3,
	.head_dim = 21,
	.vocab = 101,
	.positions = 40,
	.types = 1,
	.context = 38,
	.eps = 0x1.4f8b58p-17f,
	.activation = 1,
	.pads = true,
	.padding = 1,
};
static const struct golden_tensor tensor_40[] = {
	{ "embeddings.word_embeddings.weight", DTYPE_BF16, 2, { 101, 63, 0 }, false, -6, { (const uint32_t[]){ 7 }, 1 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "embeddings.position_embeddings.weight", DTYPE_F32, 2, { 40, 63, 0 }, false, -7, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "embeddings.token_type_embeddings.weight", DTYPE_BF16, 2, { 1, 63, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "embeddings.LayerNorm.weight", DTYPE_BF16, 1, { 63, 0, 0 }, true, 0, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "embeddings.LayerNorm.bias", DTYPE_BF16, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "encoder.layer.0.attention.self.query.weight", DTYPE_BF16, 2, { 63, 63, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.0.attention.self.query.bias", DTYPE_F32, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.0.attention.self.key.weight", DTYPE_BF16, 2, { 63, 63, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.0.attention.self.key.bias", DTYPE_BF16, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.0.attention.self.value.weight", DTYPE_BF16, 2, { 63, 63, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.0.attention.self.value.bias", DTYPE_BF16, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.0.attention.output.dense.weight", DTYPE_F32, 2, { 63, 63, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.0.attention.output.dense.bias", DTYPE_BF16, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.0.attention.output.LayerNorm.weight", DTYPE_BF16, 1, { 63, 0, 0 }, true, 0, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.0.attention.output.LayerNorm.bias", DTYPE_BF16, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.0.intermediate.dense.weight", DTYPE_BF16, 2, { 89, 63, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.0.intermediate.dense.bias", DTYPE_F32, 1, { 89, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.0.output.dense.weight", DTYPE_BF16, 2, { 63, 89, 0 }, false, -9, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.0.output.dense.bias", DTYPE_BF16, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
	{ "encoder.layer.0.output.LayerNorm.weight", DTYPE_BF16, 1, { 63, 0, 0 }, true, 0, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
	{ "encoder.layer.0.output.LayerNorm.bias", DTYPE_BF16, 1, { 63, 0, 0 }, false, -8, { NULL, 0 }, { (const uint32_t[]){ 5 }, 1 }, { NULL, 0 } },
};
static const struct golden_probe probe_40[] = {
	{ (const uint32_t[]){ 38, 99, 8, 7, 94, 25, 90, 68, 72, 71, 37, 7, 81, },
	  13,
	  "185e2ca0d44dd709cd960ee8863bb149b7b0aa7dd01143a298c56b26f47e91da"
	  "98ce5cd9df8e133212255525b07df6c410fa4a65db0b349faa86c70d6fc52026",
	  "82c5c48ae754f4ff211dfa5f30dc4c4c73192b5089b4bba3194114033917dec4"
	  "4dc75e8f11203fe37e28a047facd7cce64732837e120eeb890099c4a0ce18864"
	  "0372f584fa49ab903d75792c5c9c80780ffafccf927eac87adf4274f89ede188"
	  "d9eb78f9ad32ff765c8b48d02b9c2503679c99bc2ee961d5c50e3643189ab74e"
	  "3b0255465a911b98c5e3cc60c23004e4e783d5a861faa75c5871403880a9e41d"
	  "fd3d049b68c6286125212cb013fb10ed988bb91bdcb013e6e7e0f93c4b95d81e"
	  "f3a073d4bcdda1fccce55533330de8b36bd3fec36f827d3ba979ac4138778860"
	  "765b635beb2c1f3ccb82456bd6ea5de466fe2fbadb55c3fa134596bed4a22867"
	  "2882f811cc7d03b911108cc0c426449b7662a96b14883d644b6036d01e141883"
	  "e5b19e081f8ebe2658b16e17691d364493b96020d16831ba6483aabb68f04b5c"
	  "5c86181edc661b0b18c2e66cc7aef86d0f87c6abe17edb09e7a067ad1a4994a2"
	  "8e74ad9af9c90339fc1500d3acab18dc439b8c1b399ee4128a060191fa4366b7"
	  "4552370b63ba2b7c4b14c82419672ea3990c65d30e8d43baee194dabf1700667", },
	{ (const uint32_t[]){ 7, },
	  1,
	  "2049087b254116423e13672e62258262c6565676ece8e34db432e1beaca793fa"
	  "4f215c312819ba534c5cc0f3264cdc75b3947cc10b22e7c96d8c7fec46c805af",
	  "44e15acc119d3ce773ebb57437e92ce2874240141588296be368313ef0516de5", },
};

static const struct golden_table golden_table[] = {
	{ { "bert-gamma-beta", tensor_0, 21 }, &config_0, probe_0, 2,
	  "3e4c79f35d18f2aef673d621d5f727e54ac9029e92ee9ee3532c62efa93897db" },
	{ { "bert", tensor_1, 53 }, &config_1, probe_1, 4,
	  "0ffc5f38da16735118603e10135f7a5b641a339f02edc42f63a37fb5119927d7" },
	{ { "gemma", tensor_2, 29 }, &config_2, probe_2, 4,
	  "be5156c79f2e2f28d465e6c22edd10a9fa24b408f8793ccaf8b6cc996e58b550" },
	{ { "gemma2", tensor_3, 35 }, &config_3, probe_3, 4,
	  "06c5226cad057a7c75e34bb130710e0f29d1863c2607593908f18c4313b343ca" },
	{ { "gemma3_text-of-5", tensor_4, 41 }, &config_4, probe_4, 2,
	  "61d29d89dddecb7b54c127de31598337b6cf4a0469c5a313b8b903a27e2f46af" },
	{ { "gemma3_text", tensor_5, 54 }, &config_5, probe_5, 4,
	  "1417ec5a793144e6d55b27f469bf289d7742171b486769d4963ddf46a0fa6cd9" },
	{ { "gpt2-relu", tensor_6, 17 }, &config_6, probe_6, 2,
	  "eccf727b414b0d95a4a3954d32f0fa202f966ba5bbe7d7963f78ae86c5a17869" },
	{ { "gpt2-untied", tensor_7, 29 }, &config_7, probe_7, 3,
	  "c846adc76b17ce6096743468d399aa79bcf5bd44b8283d9e565f2daecfdc4334" },
	{ { "gpt2", tensor_8, 40 }, &config_8, probe_8, 4,
	  "e3b45bd0e0416e83a84d3cfef818d19c3de3d5d90e7f9a9ae8eae2c65a37238e" },
	{ { "gpt_neox-sequential", tensor_9, 24 }, &config_9, probe_9, 2,
	  "be287672904121de9d10593f0841e2e09e72db79be54cb5104298b175613f201" },
	{ { "gpt_neox", tensor_10, 40 }, &config_10, probe_10, 4,
	  "03a9bca546c50e27e9b888a8c1ae39283ceffa5086e9e251a15d7a6287c9d68f" },
	{ { "llama-biased-tied", tensor_11, 34 }, &config_11, probe_11, 3,
	  "ec2bb803106b763dcd3baf2789a563a974bc161503e0773dc089331df2f55c6b" },
	{ { "llama-rope-dynamic", tensor_12, 21 }, &config_12, probe_12, 4,
	  "48468f40e54d9f84dd0c6e3c4b0419cc8e7865db86218fd67049ec855c23e025" },
	{ { "llama-rope-linear-rounded", tensor_13, 12 }, &config_13, probe_13, 2,
	  "4e956a245e9ca756fcdf71af1a66ad7689319fe8edd68e881b7e6df92bf1ca64" },
	{ { "llama-rope-linear", tensor_14, 30 }, &config_14, probe_14, 4,
	  "72755d7145b73fc20aa9245f12eee9ab19234b013e0e7a939774100942c3e426" },
	{ { "llama-rope-llama3", tensor_15, 21 }, &config_15, probe_15, 3,
	  "e9e75dcb1f5cf6f35314ae95c76335eb350ce632a526d976c97cce551ae677be" },
	{ { "llama-rope-yarn-given", tensor_16, 12 }, &config_16, probe_16, 2,
	  "84e6e8821fe14cd0353d33e50c619447464cfcb34896c15d3cbef34a0aca8bd1" },
	{ { "llama-rope-yarn-mscale", tensor_17, 21 }, &config_17, probe_17, 2,
	  "9609e4f7e7c282f004a88eaea8d0884f3004b0fc3108c491351fe34026f690ef" },
	{ { "llama-rope-yarn", tensor_18, 21 }, &config_18, probe_18, 3,
	  "720f3484e35fe6bb89c01d3a8ca4bdddc42b70412b745825d5e3edd7811a15a0" },
	{ { "llama-zeros", tensor_19, 12 }, &config_19, probe_19, 2,
	  "5c9ed218effd81bc5e31ce1a44ebb89d019bd2fe3d080524c8144f79891c6f55" },
	{ { "llama", tensor_20, 30 }, &config_20, probe_20, 4,
	  "36506c7cb11181f0500de0715ce41bdaa73706c722c57ef87bade4d5904a1a3b" },
	{ { "mistral", tensor_21, 30 }, &config_21, probe_21, 5,
	  "d102ed3bc57f883b21795cd4495baf5224267c6d7c1a229396f274f5dabb4fc3" },
	{ { "mixtral-fused", tensor_22, 21 }, &config_22, probe_22, 2,
	  "6cecba2d7ff65f2028b7114a3a958bdaab857ab0d777ac8d8008d7e3848e225a" },
	{ { "mixtral", tensor_23, 53 }, &config_23, probe_23, 4,
	  "79bb348ecb18f6b2ee83f7a5f75e8fb90125e24ea79c46423d3f703ae98fbe03" },
	{ { "olmo-tied", tensor_24, 15 }, &config_24, probe_24, 2,
	  "e617b20818a2aeb4f330e099a9c27cf1b34a48ecf0c26c218caffb6d94e2ec02" },
	{ { "olmo", tensor_25, 23 }, &config_25, probe_25, 4,
	  "7403fe7ece9df88091b504921d35469f730d6b6570beb2d962f13e5d2bb8aabd" },
	{ { "olmo2", tensor_26, 36 }, &config_26, probe_26, 4,
	  "0145fc8391e58950f7eafde9090eb31003fed25e3f3768b35ce51a15486b5c68" },
	{ { "phi3-longrope", tensor_27, 15 }, &config_27, probe_27, 4,
	  "4dd0dcd36013d32b57430cafe01e766303d9910b5969835ef5133ecb1686c871" },
	{ { "phi3", tensor_28, 21 }, &config_28, probe_28, 4,
	  "97541743ee1600b5e0cb144845b6386717c92310a7e252ff44932845b6669acc" },
	{ { "qwen2-tied", tensor_29, 26 }, &config_29, probe_29, 3,
	  "ac146e0621045f040504f64404d438aaf3d614721c7a16cff9ff547dd9c34468" },
	{ { "qwen2", tensor_30, 39 }, &config_30, probe_30, 4,
	  "48e5d5493de03b5ffb2107f332031f7e17b8c1e26b62ed4154a490e1e146b8b8" },
	{ { "qwen2_moe-window", tensor_31, 62 }, &config_31, probe_31, 3,
	  "f032954bb55d25b3b2717fbbf54add895ca746b933f79afa20120b43691ff52b" },
	{ { "qwen2_moe", tensor_32, 85 }, &config_32, probe_32, 4,
	  "38bc818b9f04f1a6a5653ede0cda8f23437f69d36301bbf0b252342ec3cbcaed" },
	{ { "qwen3-tied-window", tensor_33, 32 }, &config_33, probe_33, 3,
	  "b8f86c0fbd2d42494eb5e751b79c73e4d234e44c5bb05ad8cd9d128bf2a6d395" },
	{ { "qwen3", tensor_34, 36 }, &config_34, probe_34, 4,
	  "412b2bb0882761f9de0e812f3da266ebe6c2c9c6fead737894e91b8ea258d3e2" },
	{ { "qwen3_moe-single", tensor_35, 64 }, &config_35, probe_35, 2,
	  "28d06819f8ebb18157afa1e91a5d4ff69449b50db4a64bd64fce2b086d41abb5" },
	{ { "qwen3_moe", tensor_36, 25 }, &config_36, probe_36, 4,
	  "fc87bfae53226bdd957c32dbf67c00725e04bb8a368a11de1a932442396af095" },
	{ { "roberta", tensor_37, 37 }, &config_37, probe_37, 4,
	  "589b50be4e49f2a6518fd1205a9491ca376f22ad5450f8db2138517ceb32c981" },
	{ { "stablelm-parallel", tensor_38, 38 }, &config_38, probe_38, 2,
	  "e9874b3e8242828057370ee49198a03be913d264b5cdffc91bc3a1ad9ccee035" },
	{ { "stablelm", tensor_39, 46 }, &config_39, probe_39, 4,
	  "b778a4dbe2f65ba75d22f065b785b6222ae9fbb76d66188d34ba1a0da1f12d7e" },
	{ { "xlm-roberta", tensor_40, 21 }, &config_40, probe_40, 2,
	  "c9b94449f65242af6635e9623c95b570d2d38a2be0e0aec0f726f3717abb9f89" },
};
