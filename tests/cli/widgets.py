"""A custom kind with its definition, and what is found in objects of it."""

from __future__ import annotations

import json
from typing import Any

from invocation import invoke

WIDGETS = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  names: {kind: Widget, plural: widgets}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        required: [spec]
        properties:
          spec:
            type: object
            required: [size, mode]
            properties:
              size: {type: integer, minimum: 0, exclusiveMinimum: true}
              mode: {type: string, enum: [Fast, Slow], default: Fast}
              port: {x-kubernetes-int-or-string: true, anyOf: [{type: integer}, {type: string}]}
              labels: {type: object, additionalProperties: {type: string}}
              free: {type: object, x-kubernetes-preserve-unknown-fields: true, properties: {known: {type: integer}}}
              nothing: {type: object}
              choice:
                type: object
                properties: {a: {type: string}, b: {type: string}}
                oneOf: [{required: [a]}, {required: [b]}]
              parts: {type: array, items: {type: object, properties: {name: {type: string, nullable: true}}}}
              template: {type: object, x-kubernetes-embedded-resource: true, properties: {spec: {type: object}}}
              address: {type: string, format: ipv4}
              ports:
                type: array
                x-kubernetes-list-type: map
                x-kubernetes-list-map-keys: [number, protocol]
                items:
                  type: object
                  properties: {number: {type: integer}, protocol: {type: string, default: TCP}}
              names: {type: array, x-kubernetes-list-type: set, items: {type: string}}
              bounds:
                type: object
                properties: {min: {type: integer}, max: {type: integer, default: 5}, namespace: {type: string}}
                x-kubernetes-validations:
                - {rule: self.min <= self.max, message: min is above max, fieldPath: .min}
                - rule: "!has(self.__namespace__) || self.__namespace__ != 'default'"
                  messageExpression: "'not in ' + self.__namespace__"
              wait: {type: string, format: duration}
            x-kubernetes-validations:
            - {rule: self.size < 100}
            - {rule: "self.size == oldSelf.size", message: size cannot change}
            - {rule: "!has(self.wait) || self.wait == duration('1h')", message: wait is a text here}
            - {rule: "self.size.isOdd()", message: no such function}
            - {rule: "quantity('1Gi').isLessThan(quantity('2Gi')) && self.size + ", message: no expression}
  - {name: v1beta1, served: true, storage: false, schema: {openAPIV3Schema: {type: object}}}
  - {name: v1alpha1, served: false, storage: false, schema: {openAPIV3Schema: {type: object}}}
"""


def widget(spec: str, version: str = "v1") -> str:
    return f"apiVersion: example.com/{version}\nkind: Widget\nmetadata: {{name: a, labels: {{b: c}}}}\nspec: {spec}\n"


def report(*arguments: object) -> dict[str, Any]:
    result = invoke("lint", *arguments, "--select", "schema-invalid", "--format", "json")
    assert result.code in {0, 1}, result.err
    found: dict[str, Any] = json.loads(result.out)
    return found


def messages(*arguments: object) -> list[str]:
    return [each["message"] for each in report(*arguments)["findings"]]
