# フォームが宣言する名簿
refusal-registry-similar = 名簿「{ $current }」がすでにあります。「{ $provided }」とは大文字と小文字が違うだけです。
    .next = 同じ綴りを使うか、別の名前を選んでください。
refusal-property-similar = このフォームは「{ $registry }」に、既存の属性と大文字と小文字が違うだけの属性を加えようとしています。
    .next = 同じ綴りを使うか、別の名前を選んでください。
refusal-property-twice = フォームの二つの項目が「{ $registry }」の同じ属性に保存されます。
    .next = 属性ごとに一つの項目から保存してください。
