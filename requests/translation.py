"""Translated columns of the requests app."""

from modeltranslation.translator import TranslationOptions, register

from requests.models import (
    CannedReply,
    ContactNumber,
    CoordinatorProfile,
    EndReason,
    MoneyRules,
    PackageLine,
    PackageTerm,
    SupportPackage,
    TaskKind,
)


@register(SupportPackage)
class SupportPackageTranslation(TranslationOptions):
    fields = ("name", "summary", "never_included")


@register(PackageLine)
class PackageLineTranslation(TranslationOptions):
    fields = ("name",)


@register(PackageTerm)
class PackageTermTranslation(TranslationOptions):
    fields = ("detail",)


@register(EndReason)
class EndReasonTranslation(TranslationOptions):
    fields = ("name",)


@register(TaskKind)
class TaskKindTranslation(TranslationOptions):
    fields = ("name", "explanation")


@register(CoordinatorProfile)
class CoordinatorProfileTranslation(TranslationOptions):
    fields = ("name", "hours")


@register(ContactNumber)
class ContactNumberTranslation(TranslationOptions):
    fields = ("hours",)


@register(CannedReply)
class CannedReplyTranslation(TranslationOptions):
    fields = ("name", "body")


@register(MoneyRules)
class MoneyRulesTranslation(TranslationOptions):
    fields = ("how_we_are_paid", "deposit", "refund")
