# cmake -DIN=x.json -DNAME=x -DOUT=x.c -P embed.cmake: the bytes of a file as a C array and its length
file(READ ${IN} hex HEX)
string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
string(LENGTH "${hex}" digits)
math(EXPR len "${digits} / 2")
file(WRITE ${OUT} "#include <stddef.h>\n#include <stdint.h>\nextern const uint8_t ${NAME}[];\nextern const size_t ${NAME}_len;\nconst uint8_t ${NAME}[] = {${bytes}0};\nconst size_t ${NAME}_len = ${len};\n")
