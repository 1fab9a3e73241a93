"""Translated columns of the requests app."""

from modeltranslation.translator import TranslationOptions, register

from requests.models import PackageLine, PackageTerm, SupportPackage


@register(SupportPackage)
class SupportPackageTranslation(TranslationOptions):
    fields = ("name", "summary", "never_included")


@register(PackageLine)
class PackageLineTranslation(TranslationOptions):
    fields = ("name",)


@register(PackageTerm)
class PackageTermTranslation(TranslationOptions):
    fields = ("detail",)
