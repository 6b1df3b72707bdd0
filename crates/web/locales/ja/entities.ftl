# フォームが宣言する名簿
refusal-registry-similar = 名簿「{ $current }」がすでにあります。「{ $provided }」とは大文字と小文字が違うだけです。
    .next = 同じ綴りを使うか、別の名前を選んでください。
refusal-property-similar = このフォームは「{ $registry }」に、既存の属性と大文字と小文字が違うだけの属性を加えようとしています。
    .next = 同じ綴りを使うか、別の名前を選んでください。
refusal-property-twice = フォームの二つの項目が「{ $registry }」の同じ属性に保存されます。
    .next = 属性ごとに一つの項目から保存してください。

# 記録
record-entity-restore = 項目を復元
record-entity-list = 項目の一覧を取り込み
record-entity-list-delete = 複数の項目を削除
record-entity-hold = 項目の変更が前の変更を待機
record-entity-release = 待機していた項目の変更を適用
record-registry-update = 名簿を変更
record-registry-delete = 名簿を削除
record-move-in = 他のサーバーからプロジェクトを移行
