#include "go_asm.h"
#include "textflag.h"

// keys holds any odd numbers of two bytes, for all bytes of a line.
DATA keys<>+0(SB)/8, $0x86dd283df0490ff9
DATA keys<>+8(SB)/8, $0x47eba0992cb7916d
DATA keys<>+16(SB)/8, $0xca118783593942a5
DATA keys<>+24(SB)/8, $0x1509bb0b9bf13331
DATA keys<>+32(SB)/8, $0x12e1bc7756670b15
DATA keys<>+40(SB)/8, $0xf5ed52ed01098475
DATA keys<>+48(SB)/8, $0x2909406d2e416789
DATA keys<>+56(SB)/8, $0x59bb1b0d5c916159
DATA keys<>+64(SB)/8, $0x2a095ee92bb39977
DATA keys<>+72(SB)/8, $0x5d33fe61985fb4e7
DATA keys<>+80(SB)/8, $0x59e3d15364c7a501
DATA keys<>+88(SB)/8, $0x9a1f40b558151a99
DATA keys<>+96(SB)/8, $0x1d8b4eade693ae2d
DATA keys<>+104(SB)/8, $0x68b5aef73eabbe17
DATA keys<>+112(SB)/8, $0x13e783e7eb05b39b
DATA keys<>+120(SB)/8, $0x142d836578078577
DATA keys<>+128(SB)/8, $0x260df25553ff2e85
DATA keys<>+136(SB)/8, $0x3b051641178954f3
DATA keys<>+144(SB)/8, $0x35c719c3add9ca89
DATA keys<>+152(SB)/8, $0x00a154d95ed9abcd
DATA keys<>+160(SB)/8, $0x59ed8713e8e3574f
DATA keys<>+168(SB)/8, $0xc0290103855dbf55
DATA keys<>+176(SB)/8, $0xe7959b81dcb1b82f
DATA keys<>+184(SB)/8, $0x6e714245a4ff91e3
DATA keys<>+192(SB)/8, $0x37a788d106772833
DATA keys<>+200(SB)/8, $0xde1b1471320b88eb
DATA keys<>+208(SB)/8, $0x2cd552a19ddbef13
DATA keys<>+216(SB)/8, $0x4351cc1721e52f21
DATA keys<>+224(SB)/8, $0xb601e6139ec14ecf
DATA keys<>+232(SB)/8, $0x9ed99eddd6856325
DATA keys<>+240(SB)/8, $0xe34bcb115ee347dd
DATA keys<>+248(SB)/8, $0x627bf3235fad9cb7
DATA keys<>+256(SB)/8, $0xee899fe56f2d7a8d
DATA keys<>+264(SB)/8, $0xa931d55d9545f0f3
DATA keys<>+272(SB)/8, $0x75937b0fe339d309
DATA keys<>+280(SB)/8, $0x43f3f1936e85df09
DATA keys<>+288(SB)/8, $0x050d86bd84e1164b
DATA keys<>+296(SB)/8, $0x990d3cd9381df22f
DATA keys<>+304(SB)/8, $0xfcc1c0c9b0cdf20b
DATA keys<>+312(SB)/8, $0xe07db5793e7fb97b
GLOBL keys<>(SB), RODATA|NOPTR, $320

// From the end: nothing, ten, the digit 0, a line break.
DATA signs<>+0(SB)/4, $0x0a300a00
GLOBL signs<>(SB), RODATA|NOPTR, $4

// CONSTANTS sets what LOAD and FOLD need.
#define CONSTANTS \
	VPBROADCASTB signs<>+1(SB), Z12; \
	VPBROADCASTB signs<>+2(SB), Z13; \
	VMOVDQU64    keys<>+64(SB), Z22; \
	VMOVDQU64    keys<>+128(SB), Z23; \
	VMOVDQU64    keys<>+192(SB), Z24; \
	VMOVDQU64    keys<>+256(SB), Z25

// LOAD loads 64 bytes of the line at SI, of CX bytes, those behind its end as 0, and sets K to which there are. BX has the masks.
#define LOAD(AT, V, K) \
	KMOVQ      -AT(BX)(CX*8), K; \
	VMOVDQU8.Z (AT/8)(SI), K, V

// DIGITS sets D to where digits stand in V, and Z1 to V with all of them as the digit 0.
#define DIGITS(V, D) \
	VPSUBB    Z13, V, Z1; \
	VPCMPUB   $1, Z12, Z1, K6; \
	KMOVQ     K6, D; \
	VPBLENDMB Z13, V, K6, Z1

// FOLD adds the 64 bytes in V to the sixteen lanes of Z0, two bytes times their key each, and sets D to where digits stand.
#define FOLD(V, KEY, D) \
	DIGITS(V, D); \
	VPMADDWD KEY, Z1, Z1; \
	VPADDD   Z1, Z0, Z0

// FOLD192 goes on behind the first 64 bytes, which are loaded, up to the 192nd.
#define FOLD192 \
	LOAD(512, Z17, K2); \
	FOLD(Z17, Z22, R9); \
	LOAD(1024, Z18, K3); \
	FOLD(Z18, Z23, R10)

// FOLD320 goes on up to the 320th.
#define FOLD320 \
	LOAD(1536, Z19, K4); \
	FOLD(Z19, Z24, R11); \
	LOAD(2048, Z20, K5); \
	FOLD(Z20, Z25, R12)

// SUM makes the sum of the lanes, and of the line's length, in AX.
#define SUM \
	VEXTRACTI64X4 $1, Z0, Y1; \
	VPADDQ        Y1, Y0, Y0; \
	VEXTRACTI128  $1, Y0, X1; \
	VPADDQ        X1, X0, X0; \
	VPSHUFD       $0x4e, X0, X1; \
	VPADDQ        X1, X0, X0; \
	VMOVQ         X0, AX; \
	ADDQ          CX, AX

// FOLLOW adds what a line follows to its sum: the number of an entry in R14.
#define FOLLOW \
	MOVQ R14, DX; \
	SHLQ $20, DX; \
	ADDQ DX, AX

// SLOT makes the number of a slot in AX of a sum there.
#define SLOT \
	MOVQ  AX, DX; \
	SHRQ  $32, DX; \
	XORQ  DX, AX; \
	MOVQ  $0x9e3779b97f4a7c15, DX; \
	IMULQ DX, AX; \
	SHRQ  $(64-const_rosterSlots), AX

// func rosterHash(line *byte, n int, masks *uint64, key *[64]byte, parent uint32) uint32
TEXT ·rosterHash(SB), NOSPLIT, $0-44
	MOVQ line+0(FP), SI
	MOVQ n+8(FP), CX
	MOVQ masks+16(FP), BX
	MOVQ key+24(FP), DX
	MOVL parent+32(FP), R14
	CONSTANTS
	LOAD(0, Z16, K1)
	DIGITS(Z16, R8)
	VPMADDWD (DX), Z1, Z0
	FOLD192
	CMPQ CX, $192
	JLE  hashed
	FOLD320

hashed:
	SUM
	FOLLOW
	SLOT
	MOVL AX, ret+40(FP)
	VZEROUPPER
	RET

// func rosterKey(n int, masks *uint64, into *[64]byte)
TEXT ·rosterKey(SB), NOSPLIT, $0-24
	MOVQ       n+0(FP), CX
	MOVQ       masks+8(FP), BX
	MOVQ       into+16(FP), DI
	KMOVQ      (BX)(CX*8), K1
	KNOTQ      K1, K1
	VMOVDQU8.Z keys<>+0(SB), K1, Z0
	VMOVDQU64  Z0, (DI)
	VZEROUPPER
	RET

// func lineEndsWider(b *byte, n int, into *int32) int
TEXT ·lineEndsWider(SB), NOSPLIT, $0-32
	MOVQ b+0(FP), SI
	MOVQ n+8(FP), CX
	MOVQ into+16(FP), DI
	MOVQ DI, R8
	VPBROADCASTB signs<>+3(SB), Z1
	XORQ AX, AX

bytes64:
	CMPQ     AX, CX
	JGE      searched
	VPCMPEQB (SI)(AX*1), Z1, K1
	KMOVQ    K1, DX
	POPCNTQ  DX, R10
	LEAQ     (DI)(R10*4), R10

	// Two are written whether they are there or not: few windows hold more.
	TZCNTQ DX, R9
	ADDL   AX, R9
	MOVL   R9, (DI)
	BLSRQ  DX, DX
	TZCNTQ DX, R9
	ADDL   AX, R9
	MOVL   R9, 4(DI)
	BLSRQ  DX, DX
	JNZ    more

next64:
	MOVQ R10, DI
	ADDQ $64, AX
	JMP  bytes64

more:
	TZCNTQ DX, R9
	ADDL   AX, R9
	MOVL   R9, 8(DI)
	ADDQ   $4, DI
	BLSRQ  DX, DX
	JNZ    more
	JMP    next64

searched:
	SUBQ R8, DI
	SHRQ $2, DI
	MOVQ DI, ret+24(FP)
	VZEROUPPER
	RET

// COMPARE sets bits in AX where the 64 bytes in V, of which those in K count, differ from the text at DX otherwise than by a digit of those in D that may be any. BX is the entry.
#define COMPARE(AT, V, K, D) \
	VPCMPUB $4, AT(DX), V, K, K6; \
	KMOVQ   K6, SI; \
	MOVQ    (entry_any+AT/8)(BX), R13; \
	ANDQ    D, R13; \
	ANDNQ   SI, R13, R13; \
	ORQ     R13, AX

// func callRoster(c *rollCall) int
TEXT ·callRoster(SB), NOSPLIT, $0-16
	MOVQ c+0(FP), DI
	CONSTANTS
	KMOVQ     (rollCall_stamps+0)(DI), K7
	VMOVDQU64 (rollCall_minutes+0)(DI), Z15
	VMOVDQU64 (rollCall_minutes+64)(DI), Z11
	MOVQ      $0, rollCall_done(DI)

line:
	MOVQ    rollCall_done(DI), AX
	CMPQ    AX, rollCall_lines(DI)
	JGE     done
	MOVQ    rollCall_ends(DI), DX
	MOVLQSX (DX)(AX*4), CX
	MOVQ    CX, rollCall_stop(DI)
	MOVQ    rollCall_pos(DI), SI
	SUBQ    SI, CX
	CMPQ    CX, $const_rosterLine
	JHI     done
	ADDQ    rollCall_data(DI), SI
	MOVQ    rollCall_masks(DI), BX
	LOAD(0, Z16, K1)

	// R15 is whose minute the line starts with. That is not looked at any further.
	XORL     R15, R15
	VPCMPUB  $4, Z15, Z16, K7, K6
	KORTESTQ K6, K6
	JEQ      fold
	INCL     R15
	KMOVQ    (rollCall_stamps+8)(DI), K6
	VPCMPUB  $4, Z11, Z16, K6, K6
	KORTESTQ K6, K6
	JEQ      fold
	INCL     R15

fold:
	DIGITS(Z16, R8)
	ORQ      rollCall_stamps(DI)(R15*8), R8
	MOVQ     R15, DX
	SHLQ     $6, DX
	VPMADDWD rollCall_keys(DI)(DX*1), Z1, Z0
	FOLD192
	CMPQ CX, $192
	JLE  hashed
	FOLD320

hashed:
	SUM
	MOVQ AX, rollCall_sum(DI)

	// R14 is the number of the entry that the line is to follow: first it is taken for the start of a record. R15 is its kind.
	XORL R14, R14
	SHLQ $16, R15
	ORQ  CX, R15

look:
	SLOT
	MOVQ rollCall_slots(DI), DX
	MOVL (DX)(AX*4), DX

chain:
	TESTL DX, DX
	JZ    none
	SHLQ  $6, DX
	ADDQ  rollCall_entries(DI), DX
	LEAQ  -const_entryBytes(DX), BX
	CMPQ  entry_kind(BX), R15
	JNE   other
	MOVL  entry_text(BX), DX
	ADDQ  rollCall_texts(DI), DX
	XORQ  AX, AX
	COMPARE(0, Z16, K1, R8)
	COMPARE(64, Z17, K2, R9)
	COMPARE(128, Z18, K3, R10)
	CMPQ  CX, $192
	JLE   compared
	COMPARE(192, Z19, K4, R11)
	COMPARE(256, Z20, K5, R12)

compared:
	TESTQ AX, AX
	JNZ   other
	TESTL R14, R14
	JNZ   found

	// It starts a record, if that before it may end.
	MOVQ  rollCall_last(DI), AX
	ADDQ  rollCall_entries(DI), AX
	TESTL $const_canEnd, entry_pace(AX)
	JZ    done
	TESTL $(const_canEnd|const_canGoOn), entry_pace(BX)
	JZ    done
	SHRQ  $16, R15
	CMPL  R15, $const_maxLayouts
	JEQ   found

	// The digits of the stamp may be any, but no minute has sixty seconds.
	MOVQ rollCall_pos(DI), AX
	ADDQ rollCall_data(DI), AX
	ADDQ rollCall_seconds(DI)(R15*8), AX
	CMPB (AX), $0x35
	JHI  done

found:
	SUBQ rollCall_entries(DI), BX
	MOVQ BX, rollCall_last(DI)
	SHRQ $6, BX
	MOVQ rollCall_done(DI), AX
	MOVQ rollCall_met(DI), DX
	MOVL BX, (DX)(AX*4)
	INCQ AX
	MOVQ AX, rollCall_done(DI)
	MOVQ rollCall_stop(DI), DX
	INCQ DX
	MOVQ DX, rollCall_pos(DI)
	JMP  line

other:
	MOVL entry_next(BX), DX
	JMP  chain

none:
	// It may follow the line before it.
	TESTL R14, R14
	JNZ   done
	MOVQ  rollCall_last(DI), DX
	MOVQ  DX, R14
	ADDQ  rollCall_entries(DI), DX
	TESTL $const_canGoOn, entry_pace(DX)
	JZ    done
	SHRQ  $6, R14
	INCQ  R14
	MOVQ  R14, R15
	SHLQ  $32, R15
	ORQ   CX, R15
	MOVQ  rollCall_sum(DI), AX
	FOLLOW
	JMP   look

done:
	MOVQ rollCall_done(DI), AX
	MOVQ AX, ret+8(FP)
	VZEROUPPER
	RET
