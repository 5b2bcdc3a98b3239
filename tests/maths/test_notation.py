r"""The TeX of formulas: brackets where they are needed, and each figure rounded only where it stands."""

import pytest

from lessons.maths.expression import Matrix, Node, Number, Product, Sum, read
from lessons.maths.notation import Writer, bracketed
from lessons.maths.working import with_sizes


def tex(text: str) -> str:
    return Writer().tex(read(text))


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a + b - c", "a + b - c"),
        ("a - (b - c)", "a - (b - c)"),
        ("a + (b + c)", "a + (b + c)"),
        ("-a - b", "-a - b"),
        ("-(a + b)", "-(a + b)"),
        ("-(-a)", "-(-a)"),
        ("a - -b", "a - (-b)"),
        ("a + -b*c", r"a + (-b\,c)"),
        ("a*b", r"a\,b"),
        ("2*a", "2 a"),
        ("2*mu", r"2\mu"),
        ("a*2", r"a \times 2"),
        ("2*3", r"2 \times 3"),
        ("2*3**a", r"2 \times 3^a"),
        ("2*(3*a)", r"2 \times (3 a)"),
        ("a*(b*c)", r"a\,(b\,c)"),
        ("a*-b", "a(-b)"),
        ("-a*b", r"-a\,b"),
        ("a*(b + c)", "a(b + c)"),
        ("(b + c)*a", r"(b + c)\,a"),
        ("2*(b + c)", r"2\left(b + c\right)"),
        ("1/2*(b + c)", r"\tfrac12\left(b + c\right)"),
        ("1/2*(b + c)*a", r"\tfrac12 (b + c)\,a"),
        ("1/2*a", r"\tfrac12 a"),
        ("1/2*mu", r"\tfrac12\mu"),
        ("3/4", r"\tfrac34"),
        ("1/12", r"\tfrac{1}{12}"),
        ("12/5*a", r"\tfrac{12}{5} a"),
        ("a/b", r"\frac{a}{b}"),
        ("a/b/c", r"\frac{\frac{a}{b}}{c}"),
        ("a/(b/c)", r"\frac{a}{\frac{b}{c}}"),
        ("a*(b/c)", r"a\,\frac{b}{c}"),
        ("2*(b/c)", r"2 \times \frac{b}{c}"),
        ("a/b*(c/d)", r"\frac{a}{b} \times \frac{c}{d}"),
        ("-a/b", r"-\frac{a}{b}"),
        ("a**2", "a^2"),
        ("a**12", "a^{12}"),
        ("a**-1", "a^{-1}"),
        ("a**(1/2)", r"a^{\tfrac12}"),
        ("a**b**2", "a^{b^2}"),
        ("(a**b)**2", "(a^b)^2"),
        ("(-a)**2", "(-a)^2"),
        ("-a**2", "-a^2"),
        ("(a*b)**2", r"(a\,b)^2"),
        ("(a/b)**2", r"\left(\frac{a}{b}\right)^2"),
        ("(a + b)**2", "(a + b)^2"),
        ("2**a", "2^a"),
        ("var**2", r"(\sigma^2)^2"),
        ("log_var**2", r"(\log\sigma^2)^2"),
        ("log_p**2", r"(\log p)^2"),
        ("1e-7*a", r"(1 \times 10^{-7}) a"),
        ("a*1e-7", r"a \times (1 \times 10^{-7})"),
        ("1e-7**2", r"(1 \times 10^{-7})^2"),
        ("1e-7 + a", r"1 \times 10^{-7} + a"),
        ("2.50*a", "2.5 a"),
        ("log(a)", r"\log a"),
        ("log(mu)", r"\log\mu"),
        ("log(2)", r"\log 2"),
        ("log(2*pi)", r"\log 2\pi"),
        ("log(2*a)", r"\log(2 a)"),
        ("log(a**2)", r"\log a^2"),
        ("log((a + b)**2)", r"\log\left((a + b)^2\right)"),
        ("log(a)**2", r"(\log a)^2"),
        ("log(a + b)", r"\log(a + b)"),
        ("log(-a)", r"\log(-a)"),
        ("log(a/b)", r"\log\frac{a}{b}"),
        ("log(1/2)", r"\log(\tfrac12)"),
        ("log(1e-7)", r"\log(1 \times 10^{-7})"),
        ("log(var**2)", r"\log\left((\sigma^2)^2\right)"),
        ("log(log_p)", r"\log(\log p)"),
        ("log(log(a))", r"\log(\log a)"),
        ("log(sqrt(a))", r"\log\sqrt{a}"),
        ("log(abs(a))", r"\log\lvert a \rvert"),
        ("log(exp(a))", r"\log\left(\exp\left(a\right)\right)"),
        ("log2(a)", r"\log_2 a"),
        ("log10(a*b)", r"\log_{10}(a\,b)"),
        ("log(a)*b", r"\log(a)\,b"),
        ("b*log(a)", r"b \log a"),
        ("log(a)*log(b)", r"\log(a) \log b"),
        ("1/2*log(a)", r"\tfrac12 \log a"),
        ("exp(a)", r"\exp\left(a\right)"),
        ("exp(a)**2", r"\left(\exp\left(a\right)\right)^2"),
        ("sqrt(a + b)", r"\sqrt{a + b}"),
        ("sqrt(a)**3", r"\sqrt{a}^3"),
        ("abs(a)**3", r"(\lvert a \rvert)^3"),
        ("tanh(a)", r"\tanh a"),
        ("sigmoid(a)", r"\operatorname{sigmoid}(a)"),
        ("max(a, b)", r"\max(a, b)"),
        ("max(a, b)*c", r"\max(a, b)\,c"),
        ("2*min(a, b)**2", r"2\left(\min(a, b)\right)^2"),
        ("sum(a)", r"\sum_{i=1}^{n} a"),
        ("mean(a)", r"\frac{1}{n} \sum_{i=1}^{n} a"),
        ("a @ b", "a b"),
        ("det(a)", r"\det a"),
        ("trace(a)", r"\operatorname{tr} a"),
        ("trace(a @ b)", r"\operatorname{tr}(a b)"),
        ("a if b > 1 else c", r"\begin{cases} a & \text{if } b > 1 \\ c & \text{otherwise} \end{cases}"),
        ("a if b >= 1 else c", r"\begin{cases} a & \text{if } b \ge 1 \\ c & \text{otherwise} \end{cases}"),
        ("a if b < 1 else c", r"\begin{cases} a & \text{if } b < 1 \\ c & \text{otherwise} \end{cases}"),
        (
            "2*(a if b <= 1 else c)",
            r"2\left(\begin{cases} a & \text{if } b \le 1 \\ c & \text{otherwise} \end{cases}\right)",
        ),
        ("x[0] + mu_q[2]", r"x_1 + \mu_{q,3}"),
        ("e**a", "e^a"),
        ("pi*a", r"\pi\,a"),
    ],
)
def test_formulas(text: str, written: str) -> None:
    assert tex(text) == written


VECTORS = {"v": [1.0, 2.0], "w": [1.0, 2.0], "u": [1.0, 2.0, 3.0], "A": [[1.0, 0.0], [0.0, 1.0]], "a": 2.0}


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("sum(v)", r"\sum_{i=1}^{2} v_i"),
        ("sum(v*w) + a", r"\sum_{i=1}^{2} v_i\,w_i + a"),
        ("sum(v + a)", r"\sum_{i=1}^{2} (v_i + a)"),
        ("sum(v**2/w)", r"\sum_{i=1}^{2} \frac{v_i^2}{w_i}"),
        ("sum(log(v))", r"\sum_{i=1}^{2} \log v_i"),
        ("a*sum(v)", r"a\,\sum_{i=1}^{2} v_i"),
        ("sum(v)*a", r"\left(\sum_{i=1}^{2} v_i\right)\,a"),
        ("sum(v)**2", r"\left(\sum_{i=1}^{2} v_i\right)^2"),
        ("mean(u)", r"\frac{1}{3} \sum_{i=1}^{3} u_i"),
        ("prod(v)", r"\prod_{i=1}^{2} v_i"),
        ("max(v)", r"\max_{i} v_i"),
        ("sum(v*sum(u))", r"\sum_{i=1}^{2} v_i\,\sum_{j=1}^{3} u_j"),
        (
            "sum(v if v > a else w)",
            r"\sum_{i=1}^{2} \begin{cases} v_i & \text{if } v_i > a \\ w_i & \text{otherwise} \end{cases}",
        ),
        ("v @ w", r"v^{\top} w"),
        ("v @ A @ w", r"v^{\top} A w"),
        ("v @ (A @ w)", r"v^{\top} (A w)"),
        ("(A @ v) @ w", r"(A v)^{\top} w"),
        ("(v + w) @ w", r"(v + w)^{\top} w"),
        ("(2*v) @ w", r"(2 v)^{\top} w"),
        ("w @ (v + w)", r"w^{\top} (v + w)"),
        ("A @ A @ v", "A A v"),
        ("-v @ w", r"(-v)^{\top} w"),
        ("w @ (2*v)", r"w^{\top} (2 v)"),
        ("(2*A) @ v @ w", r"\left((2 A) v\right)^{\top} w"),
        ("v[1]*w[0]", r"v_2\,w_1"),
    ],
)
def test_vectors(text: str, written: str) -> None:
    sizes = {"v": 2, "w": 2, "u": 3}
    assert Writer(sizes=sizes).tex(with_sizes(read(text), VECTORS)) == written  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("node", "written", "exact"),
    [
        (Number(0.5), "0.5", True),
        (Number(-0.5), "-0.5", True),
        (Number(-0.0), "0", True),
        (Number(1 / 3), "0.333", False),
        (Number(1e-7), r"1 \times 10^{-7}", True),
        (Number(1 / 3, literal=True), "0.333333333333333", True),
        (Number(1e-7, literal=True), r"1 \times 10^{-7}", True),
        (Number(100000000.0, literal=True), "100000000", True),
        (Sum(((1, Number(0.5)), (1, Number(-0.25)))), "0.5 - 0.25", True),
        (Sum(((1, Number(0.5)), (1, Number(0.0)))), "0.5 + 0", True),
        (Sum(((1, Number(0.5)), (-1, Number(-0.25)))), "0.5 + 0.25", True),
        (Sum(((1, Number(0.5)), (-1, Number(1e-7)))), r"0.5 - 1 \times 10^{-7}", True),
        (Sum(((-1, Number(-0.5)), (1, Number(2 / 3)))), "0.5 + 0.667", False),
        (Product((Number(0.5), Number(-0.25))), r"0.5 \times (-0.25)", True),
        (Product((Number(-0.5), Number(1e-7))), r"-0.5 \times (1 \times 10^{-7})", True),
        (Product((Number(-1e-7), Number(2))), r"(-1 \times 10^{-7}) \times 2", True),
        (Matrix(((1.0, -0.5), (2 / 3, 4.0))), r"\begin{pmatrix} 1 & -0.5 \\ 0.667 & 4 \end{pmatrix}", False),
        (Matrix(((1.0,), (0.5,))), r"\begin{pmatrix} 1 \\ 0.5 \end{pmatrix}", True),
    ],
)
def test_figures(node: Node, written: str, exact: bool) -> None:
    writer = Writer()
    assert (writer.tex(node), writer.exact) == (written, exact)


def test_one_rounded_figure_makes_a_line_rounded() -> None:
    assert not (writer := Writer()).tex(Sum(((1, Number(1 / 3)), (1, Number(0.5))))).startswith("=")
    assert not writer.exact
    assert (coarse := Writer(digits=1)).tex(Number(1.2345)) == "1.2"
    assert not coarse.exact
    assert Writer(digits=5).tex(Number(1 / 3)) == "0.33333"


def test_symbols_of_the_page() -> None:
    assert Writer({"kl": "D", "e": r"\epsilon"}).tex(read("kl + e")) == r"D + \epsilon"


@pytest.mark.parametrize(
    ("written", "brackets"),
    [
        ("a + b", "(a + b)"),
        (r"\frac{a}{b}", r"\left(\frac{a}{b}\right)"),
        (r"\tfrac12", r"(\tfrac12)"),
        ("(a) + b", r"\left((a) + b\right)"),
        (r"\sum x", r"\left(\sum x\right)"),
    ],
)
def test_brackets_grow(written: str, brackets: str) -> None:
    assert bracketed(written) == brackets
