"""Edits of verdicts, the walk, guards, declared products and pairs, by kind and file."""

EDITS = {
    "verdicts": {
        "agreement/judging/judge.py": [
            ("most = np.abs(error) + radius", "most = np.abs(error)"),
            ("least = np.abs(error) - radius", "least = np.abs(error) + radius"),
            (
                "(~np.isfinite(radius), Verdict.UNDETERMINED),\n        (accurate, Verdict.ACCURATE)",
                "(accurate, Verdict.ACCURATE),\n        (~np.isfinite(radius), Verdict.UNDETERMINED)",
            ),
            ("        (known, Verdict.KNOWN),\n", ""),
            ("(least <= bounds.textbook, Verdict.LOSSY)", "(least <= bounds.open, Verdict.LOSSY)"),
            (" & (bounds.crossed > bounds.stable)", ""),
            ("& ~in_range, Verdict.OUT_OF_RANGE", "& in_range, Verdict.OUT_OF_RANGE"),
            ("(accurate, Verdict.ACCURATE)", "(~(most > bounds.stable), Verdict.ACCURATE)"),
            ("BLIND_FROM = 1 / 8", "BLIND_FROM = 8"),
            ("tainted |= (verdict == Verdict.WRONG)", "tainted |= (verdict == Verdict.LOSSY)"),
            ("- truth.hi) - truth.lo", "- truth.hi)"),
        ],
        "agreement/judging/verdict.py": [
            ("both = np.maximum(end_to_end, step)", "both = np.minimum(end_to_end, step)"),
            (
                "np.where(first, end_to_end, np.where(second, step, end_to_end))",
                "np.where(first, end_to_end, end_to_end)",
            ),
            ("(~tainted | (step == Verdict.WRONG))", "True"),
            (
                "np.where(first & second, both, spoken)",
                "np.where(end_to_end == Verdict.OUT_OF_RANGE, end_to_end, both)",
            ),
        ],
    },
    "walk": {
        "manual/rounding/rounding.py": [
            ("if recomputes else exact", "if not recomputes else exact"),
            ("return Operand(exact, again)", "return Operand(exact, exact)"),
            ("            exact = Inexact(exact.value, exact.error + arithmetic.tau)\n", "            pass\n"),
        ],
    },
    "guard": {
        "reference/arithmetic_state.py": [
            ("    if not unsound():\n        yield\n        return\n", "    yield\n    return\n"),
            ("            if left:\n                _make_sound(_c_library())\n", ""),
            ("        library.fesetenv(of_caller)\n", "        pass\n"),
            ("    row.write(sys.modules[row.library], value)\n", ""),
            ("SMALLEST * ONE == 0", "SMALLEST * ONE < 0"),
        ],
        "agreement/judging/judge.py": [
            ("    @ieee()\n    def findings", "    def findings"),
        ],
        "agreement/judging/backends.py": [
            ("with guarded(backend, note)", "with np.errstate()"),
        ],
    },
    "products": {
        "agreement/judging/judge.py": [
            ("(*tier.deviation_bounds, narrowed_products(products))", "tier.deviation_bounds"),
        ],
        "manual/rounding/arithmetic.py": [
            (".gamma(2 * n + more)", ".gamma(0)"),
        ],
        "agreement/judging/undeclared.py": [
            ("if not _wrong(judge.findings(as_if, got))", "if True"),
        ],
    },
    "pairs": {
        "reference/truth/doubled/products.py": [
            ("(tall == 0) | (wide == 0)", "tall * wide == 0"),
            ("moved * GROWN", "0.0 * moved"),
            ("(k + 8) * U * rounded", "0.0 * rounded"),
            ("8 * k * U**2 *", "0.0 *"),
        ],
        "reference/truth/doubled/number.py": [
            ("2.0**-73 * magnitude + 2.0**-1070", "0.0"),
        ],
        "reference/truth/certified.py": [
            ("SHARPNESS = 2.0**-10", "SHARPNESS = 2.0**10"),
        ],
    },
    "layouts": {
        "agreement/cases/layouts.py": [
            ("return contiguous(x.mT).mT if", "return contiguous(x) if"),
            ("memory[..., ::2]\n\n\ndef expanded", "memory[..., ::2].copy()\n\n\ndef expanded"),
            ("memory[:, 1 : size + 1] = x", "memory[:, :size] = x"),
            ("return TURNS[number % len(TURNS)]", "return CONTIGUOUS"),
        ],
        "agreement/cases/generate.py": [
            ("else cases // LONG_FROM", "else 0"),
            ("return of_equal_columns(pack) if", "return pack if"),
        ],
        "agreement/cases/sizes.py": [
            ("if self.wide else few", "if self.batch else few"),
            ("return self._drawn(rng) if self.batch else 2", "return 2"),
        ],
    },
}
