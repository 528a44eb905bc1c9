#include "textflag.h"

DATA highs<>+0(SB)/8, $0xf0f0f0f0f0f0f0f0
GLOBL highs<>(SB), RODATA|NOPTR, $8
DATA ones<>+0(SB)/8, $0x0101010101010101
GLOBL ones<>(SB), RODATA|NOPTR, $8
DATA nines<>+0(SB)/8, $0x0909090909090909
GLOBL nines<>(SB), RODATA|NOPTR, $8

DATA breaks<>+0(SB)/8, $0x0a0a0a0a0a0a0a0a
GLOBL breaks<>(SB), RODATA|NOPTR, $8

// func lineEndsWide(b *byte, n int, into *int32) int
TEXT ·lineEndsWide(SB), NOSPLIT, $0-32
	MOVQ b+0(FP), SI
	MOVQ n+8(FP), CX
	MOVQ into+16(FP), DI
	MOVQ DI, R8
	VPBROADCASTQ breaks<>(SB), Y1
	XORQ AX, AX

bytes32:
	CMPQ AX, CX
	JGE  done
	VPCMPEQB (SI)(AX*1), Y1, Y2
	VPMOVMSKB Y2, DX
	TESTL DX, DX
	JZ   none

one:
	BSFL DX, R9
	ADDL AX, R9
	MOVL R9, (DI)
	ADDQ $4, DI
	LEAL -1(DX), R10
	ANDL R10, DX
	JNZ  one

none:
	ADDQ $32, AX
	JMP  bytes32

done:
	SUBQ R8, DI
	SHRQ $2, DI
	MOVQ DI, ret+24(FP)
	VZEROUPPER
	RET

// One step takes 32 bytes from Y2 into the four lanes of Y5: of a letter all of it, of another byte its upper half. See undigited.
#define HASH \
	VPSRLW $6, Y2, Y3; \
	VPAND  Y1, Y3, Y3; \
	VPSLLW $4, Y3, Y4; \
	VPSUBB Y3, Y4, Y4; \
	VPOR   Y0, Y4, Y4; \
	VPAND  Y4, Y2, Y2; \
	VPSLLQ $21, Y5, Y6; \
	VPSRLQ $43, Y5, Y5; \
	VPOR   Y5, Y6, Y5; \
	VPADDQ Y2, Y5, Y5

// func lanesWide(b *byte, n int, into *[4]uint64)
TEXT ·lanesWide(SB), NOSPLIT, $0-24
	MOVQ b+0(FP), SI
	MOVQ n+8(FP), CX
	MOVQ into+16(FP), DI
	VPBROADCASTQ highs<>(SB), Y0
	VPBROADCASTQ ones<>(SB), Y1
	VPXOR Y5, Y5, Y5
	LEAQ -32(SI)(CX*1), R8

more:
	CMPQ SI, R8
	JGE  last
	VMOVDQU (SI), Y2
	HASH
	ADDQ $32, SI
	JMP  more

last:
	VMOVDQU (R8), Y2
	HASH
	VMOVDQU Y5, (DI)
	VZEROUPPER
	RET

// One step sets bits in Y0 where the 32 bytes at AX differ from the text otherwise than by a digit that may be any. See twin.is.
#define COMPARE \
	VMOVDQU  (SI)(AX*1), Y2; \
	VMOVDQU  (R8)(AX*1), Y4; \
	VPXOR    (DI)(AX*1), Y2, Y3; \
	VPANDN   Y3, Y4, Y3; \
	VPAND    Y2, Y4, Y2; \
	VPCMPGTB Y1, Y2, Y2; \
	VPOR     Y3, Y0, Y0; \
	VPOR     Y2, Y0, Y0

// func standsWide(text, digits, b *byte, n int) bool
TEXT ·standsWide(SB), NOSPLIT, $0-33
	MOVQ text+0(FP), DI
	MOVQ digits+8(FP), R8
	MOVQ b+16(FP), SI
	MOVQ n+24(FP), CX
	VPBROADCASTQ nines<>(SB), Y1
	VPXOR Y0, Y0, Y0
	XORQ AX, AX
	SUBQ $32, CX

next:
	CMPQ AX, CX
	JGE  end
	COMPARE
	ADDQ $32, AX
	JMP  next

end:
	MOVQ CX, AX
	COMPARE
	VPTEST Y0, Y0
	SETEQ ret+32(FP)
	VZEROUPPER
	RET
