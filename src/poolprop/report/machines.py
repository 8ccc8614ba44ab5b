"""What the page says to machines: schema.org JSON-LD and the tags of reference managers."""

from __future__ import annotations

import json
from typing import Any

from poolprop.report.context import Context, leading, primary_estimand, primary_result


def citation(context: Context) -> tuple[tuple[str, str], ...]:
    """Return names and contents of the ``citation_`` tags."""
    review = context.settings.review
    tags = (
        ("citation_title", review.title),
        ("citation_publication_date", review.date.replace("-", "/")),
        ("citation_language", "en"),
        ("citation_technical_report_number", review.version),
    )
    return tuple((name, content) for name, content in tags if content)


def linked_data(context: Context) -> str:
    """Return the review, its version and its primary results, safe inside a script element."""
    review, manifest = context.settings.review, context.results.manifest
    found: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "ScholarlyArticle",
        "name": review.title,
        "abstract": review.question,
        "version": review.version,
        "datePublished": review.date,
        "inLanguage": "en",
        "isBasedOn": {
            "@type": "Dataset",
            "name": f"Study tables of: {review.title}",
            "description": review.question,
            "version": review.version,
            "measurementTechnique": "systematic review and meta-analysis of proportions",
            "variableMeasured": _measured(context),
        },
        "creditText": f"poolprop {manifest.get('version', '')}".strip(),
    }
    told = {name: value for name, value in found.items() if value}
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.replace("<", "\\u003c").replace("\u2028", " ").replace("\u2029", " ")


def _measured(context: Context) -> list[dict[str, Any]]:
    """Return the primary outcomes with the ends of their intervals, as proportions."""
    return [
        {
            "@type": "PropertyValue",
            "name": str(endpoint.pool["endpoint"]["label"]),
            "propertyID": str(result["id"]),
            "value": result["proportion"],
            "minValue": result["ci"]["lower"],
            "maxValue": result["ci"]["upper"],
            "unitText": "proportion",
        }
        for endpoint in leading(context)
        if (result := primary_result(primary_estimand(endpoint))) is not None
    ]
