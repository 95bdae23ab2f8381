"""What a query names, and which labels its answer has.

The parser is Prometheus's grammar in the package promql-parser; this walks what it makes. Labels
are as PromQL's manual has them for aggregations and for matching of vectors.
"""

import re

import promql_parser as promql

SETS = ("and", "or", "unless")


class Wrong(Exception):
    """A query names what there is not."""


def parse(expr):
    try:
        return promql.parse(expr)
    except ValueError as error:
        raise Wrong(f"cannot be parsed: {error}") from None


def labels(node, known):
    """Labels of the answer, a dict with their values, or `None` for a number.

    Raises `Wrong` where the query names a metric, a label or a value that `known` has not."""
    match node:
        case promql.VectorSelector():
            return selected(node, known)
        case promql.MatrixSelector():
            return selected(node.vector_selector, known)
        case promql.AggregateExpr():
            return aggregated(node, known)
        case promql.BinaryExpr():
            return combined(node, known)
        case promql.Call():
            return called(node, known)
        case promql.ParenExpr() | promql.SubqueryExpr() | promql.UnaryExpr():
            return labels(node.expr, known)
        case promql.NumberLiteral() | promql.StringLiteral():
            return None
    raise Wrong(f"{type(node).__name__} is not known here")


def selected(node, known):
    if node.name not in known:
        raise Wrong(f"there is no {node.name}")
    has = known[node.name]
    for matcher in node.matchers.matchers:
        if matcher.name not in has:
            raise Wrong(f"{node.name} has no label {matcher.name}, only {', '.join(sorted(has))}")
        values = has[matcher.name]
        if values is None:
            continue
        is_pattern = matcher.op in (promql.MatchOp.Re, promql.MatchOp.NotRe)
        # One that never matches is a word misspelt, in each of its alternatives.
        for part in matcher.value.split("|") if is_pattern else [matcher.value]:
            if not any(re.fullmatch(part, v) if is_pattern else part == v for v in values):
                raise Wrong(f"{node.name}: {matcher.name} is never {part!r}")
    return dict(has)


def kept(names, has, what):
    for name in names:
        if name not in has:
            raise Wrong(f"{what} names {name}; there is only {', '.join(sorted(has)) or 'no label'}")
    return {name: has[name] for name in names}


def aggregated(node, known):
    has = labels(node.expr, known)
    if str(node.op) in ("topk", "bottomk"):
        return has
    if node.modifier is None:
        return {}
    named = kept(node.modifier.labels, has, f"{node.op}")
    if node.modifier.type == promql.AggModifierType.By:
        return named
    return {name: values for name, values in has.items() if name not in named}


def combined(node, known):
    left, right = labels(node.lhs, known), labels(node.rhs, known)
    if left is None or right is None:
        return left if right is None else right
    matching = node.modifier.matching if node.modifier else None
    if matching and matching.type == promql.LabelModifierType.Include:
        kept(matching.labels, left, f"left of {node.op}, on")
        kept(matching.labels, right, f"right of {node.op}, on")
    elif matching:
        kept(matching.labels, {**left, **right}, f"{node.op} ignoring")
    if str(node.op) in SETS:
        # Where `or` may answer with either side, only what both have is there for sure.
        return {n: v for n, v in left.items() if n in right} if str(node.op) == "or" else left
    if matching is None:
        if set(left) != set(right):
            raise Wrong(f"{node.op}: {sorted(left)} never match {sorted(right)}")
        return left
    if node.modifier.card == promql.VectorMatchCardinality.ManyToOne:
        return {**left, **kept(node.modifier.group_labels or [], right, "group_left")}
    if matching.type == promql.LabelModifierType.Include:
        return kept(matching.labels, left, "on")
    rest = [{n: v for n, v in side.items() if n not in matching.labels} for side in (left, right)]
    if set(rest[0]) != set(rest[1]):
        raise Wrong(f"{node.op}: {sorted(rest[0])} never match {sorted(rest[1])}")
    return rest[0]


def called(node, known):
    arguments = [labels(argument, known) for argument in node.args]
    name = node.func.name
    if name in ("absent", "absent_over_time"):
        selector = node.args[0]
        selector = getattr(selector, "vector_selector", selector)
        equal = [m for m in selector.matchers.matchers if m.op == promql.MatchOp.Equal]
        return {matcher.name: {matcher.value} for matcher in equal}
    vectors = [has for has in arguments if has is not None]
    if not vectors:
        return {} if name == "vector" else None
    if name == "histogram_quantile":
        kept(["le"], vectors[0], name)
        return {label: values for label, values in vectors[0].items() if label != "le"}
    return vectors[0]


def selectors(node):
    """All that a query selects, as the parser has it."""
    if isinstance(node, promql.VectorSelector):
        yield node
    inner = [getattr(node, name, None) for name in ("lhs", "rhs", "expr", "param", "vector_selector")]
    for part in [part for part in inner if part is not None] + list(getattr(node, "args", None) or []):
        yield from selectors(part)
